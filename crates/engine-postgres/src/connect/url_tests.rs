//! Tables of connection URLs, the hostile ones included.

use super::parse_url;

/// The settings of a URL as `keyword=value` words, the password in clear, in alphabetical order.
fn parsed(url: &str) -> String {
    let settings = parse_url(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    let words = ["dbname", "host", "password", "port", "sslmode", "user"];
    let found = words.iter().filter_map(|word| settings.get(word).map(|value| format!("{word}={value}")));
    found.collect::<Vec<_>>().join(" ")
}

#[test]
fn urls_are_read_as_libpq_reads_them() {
    for (url, expected) in [
        ("postgresql://", ""),
        ("postgres://localhost", "host=localhost"),
        ("postgresql://localhost:5433", "host=localhost port=5433"),
        ("postgresql://localhost/mydb", "dbname=mydb host=localhost"),
        ("postgresql://user@localhost", "host=localhost user=user"),
        ("postgresql://user:secret@localhost", "host=localhost password=secret user=user"),
        ("postgresql:///mydb?host=localhost&port=5433", "dbname=mydb host=localhost port=5433"),
        ("postgresql://h1:123,h2:456/db", "dbname=db host=h1,h2 port=123,456"),
        ("postgresql://h1,h2:456/db", "dbname=db host=h1,h2 port=,456"),
        ("postgresql://[2001:db8::1234]/db", "dbname=db host=2001:db8::1234"),
        ("postgresql://[::1]:5433,[::2]/db", "dbname=db host=::1,::2 port=5433,"),
        ("postgresql://%2Fvar%2Frun%2Fpostgresql/db", "dbname=db host=/var/run/postgresql"),
        ("postgresql:///db?host=/var/run/postgresql", "dbname=db host=/var/run/postgresql"),
        ("postgresql://u:a%40b%3Ac%2Fd%25@h/db", "dbname=db host=h password=a@b:c/d% user=u"),
        ("postgresql://u:a@b@h/db", "dbname=db host=h password=a@b user=u"),
        ("postgresql://u:a:b@h/db", "dbname=db host=h password=a:b user=u"),
        ("postgresql://u:@h/", "host=h user=u"),
        ("postgresql://u@h/d%20b?user=v", "dbname=d b host=h user=v"),
        ("postgresql://u@h/db?password=a@b", "dbname=db host=h password=a@b user=u"),
        ("postgresql://h/db?ssl=true", "dbname=db host=h sslmode=require"),
        ("postgresql://h/db?application_name=x&keepalives=0", "dbname=db host=h"),
        ("postgresql://h/%C3%A4", "dbname=ä host=h"),
    ] {
        assert_eq!(parsed(url), expected, "{url}");
    }
}

#[test]
fn a_malformed_url_is_refused_without_showing_any_of_it() {
    for url in [
        "postgresql://u:hunter2/x@h/db",
        "postgresql://u:hunter2?x@h/db",
        "postgresql://u:hunter2?x=1@h/db",
        "postgresql://u:hunter2%zz@h/db",
        "postgresql://u:hunter2%4",
        "postgresql://u:hunter2%00@h",
        "postgresql://u:hunter2%ff@h",
        "postgresql://u:hunter2",
        "postgresql://[hunter2",
        "postgresql://[::1]hunter2",
        "postgresql://a:hunter2:5",
        "postgresql://h/db?hunter2",
        "postgresql://u:p@h/db?hunter2@x=1",
        "hunter2",
        "",
        "mysql://u:hunter2@h/db",
        "postgresql:/u:hunter2@h",
    ] {
        let error = parse_url(url).expect_err(url);
        let printed = format!("{error} {error:?} {}", error.hint);
        assert!(!printed.contains("hunter2"), "{url}: {printed}");
        assert!(!error.hint.is_empty(), "{url}");
    }
}
