//! The surface table against everything that is derived from it: files on disk and the words of the domain.

use paywright::api::{describe, types};
use paywright::{engine, exception, gateway, order, payment, refund};
use paywright_tests::render;

/// Protects: what is rendered from the table never goes stale.
#[test]
fn rendered_files_are_as_on_disk() {
    let differences: Vec<_> = render::all().iter().filter_map(|file| file.difference()).collect();
    let how = "to render: cargo run -p paywright-tests --bin render";
    assert!(differences.is_empty(), "{}\n{how}", differences.join("\n"));
}

/// Protects: a word that the domain knows can always be told to a host, and the other way round.
#[test]
fn choices_are_the_words_of_the_domain() {
    macro_rules! same {
        ($($choice:ident = $domain:path;)*) => {{
            $({
                use $domain as Domain;
                let domain: Vec<_> = Domain::ALL.iter().map(|word| word.as_str()).collect();
                let surface: Vec<_> = types::$choice::ALL.iter().map(|word| word.as_str()).collect();
                assert_eq!(surface, domain, stringify!($choice));
            })*
            [$(stringify!($choice)),*]
        }};
    }
    let compared = same! {
        Settlement = order::Settlement;
        PaymentState = payment::State;
        RefundState = refund::State;
        RefundSource = refund::Source;
        ActionKind = gateway::ActionKind;
        LineKind = order::LineKind;
        Experience = payment::Experience;
        CallbackOutcome = engine::Outcome;
        ExceptionKind = exception::Kind;
        Resolution = exception::Resolution;
        Mode = engine::Mode;
        StepOperation = engine::StepOperation;
        Part = gateway::Part;
    };
    // `Capture` is a flag of the domain and `NoResponse` carries a reason there: neither has words.
    let of_the_surface_only = ["Capture", "NoResponse"];
    for choice in describe::CHOICES {
        let known = compared.contains(&choice.name) || of_the_surface_only.contains(&choice.name);
        assert!(known, "{} is compared with nothing", choice.name);
    }
}
