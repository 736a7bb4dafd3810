//! The language the specification is written in.
//!
//! The rules themselves stand in `tests/it/<noun>/<verb>.rs`; each file reads top to bottom as
//! the rules of one verb, and each name is a clause. Here is what they are told with: a
//! [`World`], a whole store of its own on either engine, and the people in it. Requests and SQL
//! stay inside the world; a scenario knows nothing of them.
//!
//! After every scenario the world is audited. A scenario that leaves a journal unbalanced, a
//! balance that isn't the sum of its postings, a bundle overdrawn or a token that doesn't verify
//! fails, whatever it was about.

pub mod world;

pub use world::World;

/// Makes two tests of each scenario: `name::sqlite` and `name::postgres`.
///
/// A scenario is an `async fn name(world: World)`; what it returns doesn't matter. The world is
/// audited after it and torn down, also when it failed.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World $(,)?) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a scenario takes what it needs of its file")]
            use super::*;

            $(#[$meta])*
            async fn scenario($world: $crate::World) $body

            #[test]
            fn sqlite() {
                $crate::world::play($crate::world::Engine::Sqlite, scenario);
            }

            #[test]
            fn postgres() {
                $crate::world::play($crate::world::Engine::Postgres, scenario);
            }
        }
    )+};
}
