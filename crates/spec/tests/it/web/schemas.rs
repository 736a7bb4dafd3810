//! The published schemas.

use serde_json::json;
use spec::on_both_engines;

on_both_engines! {
    async fn the_schema_of_the_envelope_is_published_and_may_be_kept(world: World) {
        let guest = world.visitor();
        let reply = guest.gets("/schemas/envelope.json").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), "application/schema+json");
        assert_eq!(reply.header("cache-control"), "public, max-age=86400");
        let schema = reply.json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["properties"]["version"]["const"], json!(1));
        let tag = reply.header("etag").to_owned();
        let again = guest.with("if-none-match", &tag).gets("/schemas/envelope.json").await;
        assert_eq!(again.status, 304);
    }
}
