//! A log in memory, with batches whose events can be told from their numbers.

use std::collections::BTreeMap;

use tlog::{
    Batch, Event, Hash, Kind, Leaf, Log, Proof, Reader, Salts, SigningKey, Statement, Total,
};

/// Path to bytes.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A log and everything it stored.
pub(crate) struct World {
    pub(crate) log: Log,
    pub(crate) files: Files,
    pub(crate) key: SigningKey,
    entries: Vec<Vec<u8>>,
    batches: Vec<(Batch, Vec<Vec<u8>>)>,
}

impl World {
    pub(crate) fn new() -> World {
        let key = SigningKey::from_seed("store.example/log", &[9; 32]).unwrap();
        let (log, files) = (Log::new(), Files::new());
        World {
            log,
            files,
            key,
            entries: Vec::new(),
            batches: Vec::new(),
        }
    }

    /// A world with `commits` commits of `events` events each, stored and signed.
    pub(crate) fn with(commits: u64, events: u32) -> World {
        let mut world = World::new();
        for _ in 0..commits {
            world.commit(events);
        }
        world.publish();
        world
    }

    pub(crate) fn commit(&mut self, count: u32) -> u64 {
        let events = (0..count).map(|n| event(self.log.size(), n)).collect();
        self.append(Kind::Uses, events)
    }

    /// A commit of these events.
    pub(crate) fn commit_of(&mut self, events: Vec<Vec<u8>>) -> u64 {
        self.append(Kind::Uses, events)
    }

    pub(crate) fn statement(&mut self, statement: Statement, lines: Vec<Vec<u8>>) -> u64 {
        self.append(Kind::Statement(statement), lines)
    }

    fn append(&mut self, kind: Kind, events: Vec<Vec<u8>>) -> u64 {
        let sequence = self.log.size();
        let batch = Batch::new(salts(sequence), events.iter().map(Vec::as_slice));
        let totals = vec![Total {
            currency: *b"EUR",
            micros: i64::from(batch.count()) * 1_000,
        }];
        let (previous, time_ms) = (self.log.head().root, 1_700_000_000_000 + sequence);
        let (count, head) = (batch.count(), batch.head());
        let leaf = Leaf {
            kind,
            sequence,
            time_ms,
            previous,
            batch: head,
            count,
            totals,
        };
        self.entries.push(leaf.encode().unwrap());
        self.batches.push((batch, events));
        self.log.append(self.entries.last().unwrap()).unwrap()
    }

    /// Stores what is pending, and signs.
    pub(crate) fn publish(&mut self) -> String {
        let pending = self.log.take_pending();
        for resource in pending.resources() {
            self.files
                .insert(resource.path.to_string(), resource.bytes.clone());
        }
        let confirmed = pending
            .confirm(|path| self.files.get(path).cloned())
            .unwrap();
        let checkpoint = confirmed.sign(&self.key);
        self.files
            .insert("checkpoint".into(), checkpoint.clone().into_bytes());
        checkpoint
    }

    pub(crate) fn read(&self) -> impl FnMut(&str) -> Option<Vec<u8>> {
        |path| self.files.get(path).cloned()
    }

    pub(crate) fn leaf_hashes(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| Hash::leaf(entry)).collect()
    }

    pub(crate) fn proof(&self, index: u64, position: Option<u32>) -> Proof {
        let at = usize::try_from(index).unwrap();
        let path = Reader::new(self.log.size(), self.read())
            .inclusion(index)
            .unwrap();
        let checkpoint = String::from_utf8(self.files["checkpoint"].clone()).unwrap();
        let (batch, events) = &self.batches[at];
        let event = position.map(|position| Event {
            bytes: events[usize::try_from(position).unwrap()].clone(),
            opening: batch.open(position).unwrap(),
            part: None,
        });
        Proof {
            leaf: self.entries[at].clone(),
            index,
            path,
            checkpoint,
            event,
        }
    }
}

pub(crate) fn salts(sequence: u64) -> Salts {
    Salts::of_batch(&[5; 32], sequence)
}

pub(crate) fn event(leaf: u64, position: u32) -> Vec<u8> {
    format!("{{\"use\":\"{leaf}-{position}\",\"clip_ms\":15000}}").into_bytes()
}
