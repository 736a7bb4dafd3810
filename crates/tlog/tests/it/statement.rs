//! Statements that leave something out are found out.

use tlog::{
    Gap, Line, LineRecord, OmissionError, Proven, Statement, omitted, verify_contiguous,
    verify_leaf, verify_use,
};

use crate::common::{World, salts};

const PAYEE: [u8; 16] = [7; 16];

fn line(leaf: u64, position: u32) -> Vec<u8> {
    Line {
        leaf,
        position,
        said: b"EUR 0.0012".to_vec(),
    }
    .to_bytes()
}

fn told(
    world: &mut World,
    payee: [u8; 16],
    number: u64,
    covers: (u64, u64),
    lines: &[(u64, u32)],
) -> u64 {
    let (from, to) = covers;
    let lines = lines
        .iter()
        .map(|&(leaf, position)| line(leaf, position))
        .collect();
    world.statement(
        Statement {
            payee,
            number,
            from,
            to,
        },
        lines,
    )
}

fn records(sequence: u64, lines: &[(u64, u32)]) -> Vec<LineRecord> {
    let at = |(n, &(leaf, position)): (u32, &(u64, u32))| {
        (salts(sequence).salt(n), line(leaf, position))
    };
    (0..).zip(lines).map(at).collect()
}

fn proven(world: &World, index: u64) -> Proven {
    verify_leaf(&world.proof(index, None), world.key.public()).unwrap()
}

#[test]
fn a_use_that_its_statement_leaves_out_is_found_out() {
    let mut world = World::new();
    for _ in 0..3 {
        world.commit(4);
    }
    // Uses (0, 1), (1, 2) and (2, 3) are the payee's; the statement forgets the second.
    let lines = [(0, 1), (2, 3)];
    let at = told(&mut world, PAYEE, 1, (0, 3), &lines);
    world.commit(4);
    world.publish();
    let receipts: Vec<Proven> = [(0, 1), (1, 2), (2, 3), (4, 0)]
        .iter()
        .map(|&(leaf, n)| verify_use(&world.proof(leaf, Some(n)), world.key.public()).unwrap())
        .collect();
    let statement = proven(&world, at);
    // Leaf 4 is not covered yet: it belongs into the next statement.
    assert_eq!(
        omitted(&statement, &records(at, &lines), &receipts),
        Ok(vec![1])
    );
    let more = [(0, 1), (1, 2), (2, 3)];
    let error = omitted(&statement, &records(at, &more), &receipts);
    assert_eq!(
        error,
        Err(OmissionError::OtherLines),
        "lines can't be added afterwards"
    );
    let fewer = omitted(&statement, &records(at, &lines[..1]), &receipts);
    assert_eq!(fewer, Err(OmissionError::OtherLines));
    let error = omitted(&receipts[0], &[], &receipts);
    assert_eq!(error, Err(OmissionError::NotAStatement));
    let leaf_only = [proven(&world, 0)];
    let error = omitted(&statement, &records(at, &lines), &leaf_only);
    assert_eq!(error, Err(OmissionError::NoEvent(0)));
}

#[test]
fn a_line_that_names_no_use_is_refused() {
    let mut world = World::with(1, 1);
    let at = world.statement(
        Statement {
            payee: PAYEE,
            number: 1,
            from: 0,
            to: 1,
        },
        vec![b"short".to_vec()],
    );
    world.publish();
    let lines = vec![(salts(at).salt(0), b"short".to_vec())];
    assert_eq!(
        omitted(&proven(&world, at), &lines, &[]),
        Err(OmissionError::Line(0))
    );
}

#[test]
fn statements_cover_every_leaf_once_or_the_gap_is_named() {
    let mut world = World::with(10, 1);
    let first = told(&mut world, PAYEE, 1, (0, 4), &[(1, 0)]);
    let second = told(&mut world, PAYEE, 2, (4, 9), &[]);
    let third = told(&mut world, PAYEE, 3, (9, 11), &[]);
    let late = told(&mut world, PAYEE, 3, (10, 11), &[]);
    let twice = told(&mut world, PAYEE, 3, (8, 11), &[]);
    let other = told(&mut world, [8; 16], 3, (9, 11), &[]);
    world.publish();
    let check = |at: &[u64]| {
        let statements: Vec<Proven> = at.iter().map(|&at| proven(&world, at)).collect();
        verify_contiguous(&statements)
    };
    assert_eq!(check(&[]), Ok(0));
    assert_eq!(check(&[first, second, third]), Ok(11));
    assert_eq!(
        check(&[second, third]),
        Err(Gap::Number {
            wanted: 1,
            found: 2
        })
    );
    assert_eq!(
        check(&[first, third]),
        Err(Gap::Number {
            wanted: 2,
            found: 3
        })
    );
    assert_eq!(
        check(&[first, first]),
        Err(Gap::Number {
            wanted: 2,
            found: 1
        })
    );
    assert_eq!(check(&[first, 0]), Err(Gap::NotAStatement(0)));
    assert_eq!(check(&[first, second, other]), Err(Gap::OtherPayee(other)));
    let gap = Gap::Leaves {
        number: 3,
        wanted: 9,
        found: 10,
    };
    assert_eq!(check(&[first, second, late]), Err(gap));
    let overlap = Gap::Leaves {
        number: 3,
        wanted: 9,
        found: 8,
    };
    assert_eq!(check(&[first, second, twice]), Err(overlap));
}
