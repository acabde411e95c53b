//! What a gateway, or somebody on the way to it, answers to requests of ours: H49, H65, H66, H79 and H80. The
//! same troubles meet every operation in `outgoing`; here is what each of them does at once.

use paywright::payment::State;
use paywright_tests::fake::trouble::{Fault, Spoiling};

use crate::outgoing::PLAIN;
use crate::outgoing::world::World;

/// Creates a payment with a trouble. Its outcome is unknown at first and known after one question, and the provider has one.
#[track_caller]
fn unknown_then_known(fault: Fault) {
    let world = World::open(&PLAIN);
    world.trouble("pay", fault, 1);
    world.pay();
    let payment = world.payment();
    assert_eq!((payment.state, payment.action), (State::Processing, None), "{fault:?}");
    assert!(payment.due_at.is_some(), "due work asks: {fault:?}");
    assert_eq!(world.verbs(), ["pay"], "nothing is sent again blindly: {fault:?}");
    world.payer_pays();
    world.sync();
    assert_eq!((world.state(), world.there().0), ("succeeded", 1), "{fault:?}");
    assert_eq!(world.disagreements(), [""; 0], "{fault:?}");
}

/// Protects: H49, an answer without a signature, or with another one, says nothing: not that the payment is there, not
/// that it was paid.
#[test]
fn h49_unsigned_answers() {
    for how in [Spoiling::Missing, Spoiling::Wrong] {
        unknown_then_known(Fault::Spoilt(how));
        let world = World::open(&PLAIN);
        world.pay();
        world.payer_pays();
        world.trouble("query", Fault::Spoilt(how), 1);
        world.sync();
        assert_eq!(world.state(), "init", "{how:?}");
        world.sync();
        assert_eq!(world.state(), "succeeded", "{how:?}");
    }
}

/// Protects: H65, a page instead of an answer is no answer, and nobody is followed anywhere.
#[test]
fn h65_pages_and_redirects() {
    unknown_then_known(Fault::Html);
    let world = World::open(&PLAIN);
    world.trouble("pay", Fault::Moved, 1);
    world.pay();
    assert_eq!((world.state(), world.verbs()), ("processing", vec!["pay"]));
    world.settle();
    assert_eq!(world.disagreements(), [""; 0]);
}

/// Protects: H66, an answer that is too long, or packed, is not an answer. How little of it is held is shown in
/// `transport`.
#[test]
fn h66_answers_too_large() {
    unknown_then_known(Fault::Huge);
    unknown_then_known(Fault::Packed);
}

/// Protects: H79, a creation whose answer comes too late is one payment there, whether the host asks, asks again to pay, or
/// lets due work ask.
#[test]
fn h79_created_without_an_answer() {
    for fault in [Fault::Late, Fault::DroppedAfter, Fault::Half] {
        unknown_then_known(fault);
        let world = World::open(&PLAIN);
        world.trouble("pay", fault, 1);
        world.pay();
        world.pay();
        assert_eq!(world.verbs(), ["pay", "pay"], "under the same number: {fault:?}");
        assert_eq!((world.state(), world.there().0), ("processing", 1), "{fault:?}");
        world.payer_pays();
        world.settle();
        assert_eq!((world.state(), world.there().0), ("succeeded", 1), "{fault:?}");
        assert_eq!(world.disagreements(), [""; 0], "{fault:?}");
    }
}

/// Protects: H80, a refund whose answer comes too late stays reserved, and is one refund there.
#[test]
fn h80_refunded_without_an_answer() {
    for fault in [Fault::Late, Fault::DroppedAfter, Fault::DroppedBefore] {
        let world = World::open(&PLAIN);
        world.pay();
        world.payer_pays();
        world.trouble("refund", fault, 1);
        world.refund();
        let payment = world.payment();
        assert_eq!((payment.refund_pending, payment.refunded), (4_000, 0), "{fault:?}");
        world.settle();
        let payment = world.payment();
        assert_eq!((payment.refund_pending, payment.refunded), (0, 4_000), "{fault:?}");
        assert_eq!((world.there(), world.disagreements()), ((1, 1), vec![]), "{fault:?}");
    }
}
