//! x
use altimeter_catalog::{InspectOptions, Inspector};
use altimeter_engine_postgres::*;
#[test]
fn trial() {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = std::env::var("TRIAL_URL").unwrap();
    let sample = std::env::var("TRIAL_SAMPLE").ok().map(|s| std::time::Duration::from_millis(s.parse().unwrap()));
    let target = Target::resolve(Some(&url), &Environment::default()).unwrap();
    let i = PostgresInspector::new(target);
    let began = std::time::Instant::now();
    match rt.block_on(i.inspect(InspectOptions { sample }, &|w| eprintln!("[{w}]"))) {
        Ok(c) => { if std::env::var("TRIAL_QUIET").is_ok() { println!("{:#?}\n{:#?} {} tables", c.server, c.unknowns, c.tables.len()) } else { println!("{c:#?}") } }
        Err(e) => println!("{:?} {e}\n {}\n{:?}", e.kind, e.hint, e.source),
    }
    println!("took {:?}", began.elapsed());
}
