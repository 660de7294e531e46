//! End-to-end tests on real servers: one module for each command or layer.

/// A test of each version that recipes are proved on, for a function that takes the version.
macro_rules! on_each_version {
    ($proof:ident) => {
        mod $proof {
            #[test]
            fn on_13() -> anyhow::Result<()> {
                super::$proof(13)
            }

            #[test]
            fn on_15() -> anyhow::Result<()> {
                super::$proof(15)
            }

            #[test]
            fn on_17() -> anyhow::Result<()> {
                super::$proof(17)
            }

            #[test]
            fn on_18() -> anyhow::Result<()> {
                super::$proof(18)
            }
        }
    };
}

/// Tries every case on the oldest and the newest supported server, and tells of all that fail.
fn on_oldest_and_newest<C>(
    cases: &[C],
    name: fn(&C) -> &str,
    prove: impl Fn(&C, &altimeter_tests::server::Server) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for major in [13, 18] {
        let server = altimeter_tests::server::Server::shared(major)?;
        for case in cases {
            if let Err(error) = prove(case, server) {
                failed.push(format!("{major}: {}: {error:#}", name(case)));
            }
        }
    }
    anyhow::ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}

mod bad_input;
mod built;
mod claims;
mod connect;
mod constraints;
mod corpus;
mod desired;
mod dumps;
mod estimates;
mod exclusion;
mod formats;
mod fuzz;
mod harness;
mod inspect;
mod odd_constraints;
mod odd_dependants;
mod odd_rows;
mod odd_tables;
mod odd_types;
mod oracle;
mod partition;
mod partition_copied;
mod places;
mod plans;
mod plans_rows;
mod plans_types;
mod preflight;
mod published;
mod random;
mod readme;
mod reshape;
mod servers;
mod split;
mod uses;
mod verify;
