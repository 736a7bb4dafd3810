//! The bus: what has just happened, told to whoever listens now.
//!
//! It is a convenience over the database, never the truth: a listener that falls behind or
//! arrives late reads the database for what it missed. One node needs no more than a channel
//! inside the process.

use std::sync::Arc;

use tokio::sync::broadcast;

/// Something that happened: a topic to filter by and a body, usually JSON.
#[derive(Debug, Clone)]
pub struct Message {
    /// What it is about.
    pub topic: Arc<str>,
    /// What happened.
    pub body: Arc<str>,
}

/// A bus within the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bus(broadcast::Sender<Message>);

/// A listener's end. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Message>);

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Heard {
    /// The next message.
    Message(Message),
    /// The listener was too slow and this many messages are gone: read the database.
    Missed(u64),
    /// The bus is closed.
    Closed,
}

impl Bus {
    /// A bus that keeps `capacity` messages for slow listeners.
    #[must_use]
    pub fn in_process(capacity: usize) -> Self {
        Self(broadcast::Sender::new(capacity))
    }

    /// Tells everybody. Nobody listening is fine.
    pub fn tell(&self, topic: &str, body: &str) {
        // An error here only means that nobody listens.
        let _ = self.0.send(Message {
            topic: topic.into(),
            body: body.into(),
        });
    }

    /// Does anybody listen?
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Starts listening from now on.
    #[must_use]
    pub fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

impl Listener {
    /// Waits for the next message.
    pub async fn next(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(message) => Heard::Message(message),
            Err(broadcast::error::RecvError::Lagged(n)) => Heard::Missed(n),
            Err(broadcast::error::RecvError::Closed) => Heard::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_hears_what_comes_after_and_knows_what_it_missed() {
        let bus = Bus::in_process(2);
        bus.tell("a", "before anyone listened");
        let mut ear = bus.listen();
        for n in 0..4 {
            bus.tell("a", &n.to_string());
        }
        assert!(matches!(ear.next().await, Heard::Missed(2)));
        assert!(matches!(ear.next().await, Heard::Message(m) if &*m.body == "2"));
        drop(bus);
        assert!(matches!(ear.next().await, Heard::Message(m) if &*m.body == "3"));
        assert!(matches!(ear.next().await, Heard::Closed));
    }
}
