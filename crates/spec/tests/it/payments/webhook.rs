//! Messages that the provider sends by itself: signed, in time, and taken in once.

use app::payments::webhook::{Message, WebhookRefusal, read, secret, sign};
use serde_json::json;
use spec::on_both_engines;
use spec::world::WEBHOOK_SECRET;

use super::{PRICE, sold, stands, track};

on_both_engines! {
    async fn a_signed_message_is_read_and_anything_else_is_refused_unread(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        let body = json!({ "payment": licence.id.to_string(), "currency": "USD", "refunded": PRICE });
        let body = body.to_string();
        let at = world.now().0 / 1000;
        let key = secret(WEBHOOK_SECRET).unwrap();
        let judge = |id: &str, at: i64, signature: &str, body: &str| {
            let timestamp = at.to_string();
            let message = Message { id, timestamp: &timestamp, signature, body: body.as_bytes() };
            read(world.app(), world.now(), &message)
        };
        let good = sign(&key, "msg_1", &at.to_string(), body.as_bytes());
        let heard = judge("msg_1", at, &good, &body).unwrap();
        for (id, at, signature, body, wanted) in [
            ("msg_2", at, good.as_str(), body.as_str(), WebhookRefusal::NotSigned),
            ("msg_1", at + 1, &good, &body, WebhookRefusal::NotSigned),
            ("msg_1", at, &good, "{}", WebhookRefusal::NotSigned),
            ("msg_1", at, "", &body, WebhookRefusal::NotSigned),
            ("msg_1", at, &good.replace("v1,", "v1a,"), &body, WebhookRefusal::NotSigned),
        ] {
            assert_eq!(judge(id, at, signature, body), Err(wanted));
        }
        for off in [-301, 301] {
            let signature = sign(&key, "msg_1", &(at + off).to_string(), body.as_bytes());
            assert_eq!(judge("msg_1", at + off, &signature, &body), Err(WebhookRefusal::OutOfTime));
        }
        let old_and_new = format!("v1,{} {good}", "A".repeat(44));
        assert_eq!(judge("msg_1", at, &old_and_new, &body), Ok(heard.clone()));
        let nonsense = sign(&key, "msg_3", &at.to_string(), b"{}");
        assert_eq!(judge("msg_3", at, &nonsense, "{}"), Err(WebhookRefusal::BadBody));
        world.hears(&heard).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "revoked");
    }
}
