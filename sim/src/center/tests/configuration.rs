//! Configurations that are refused.

use serde_json::json;

use super::*;

#[test]
fn a_configuration_that_makes_no_sense_is_refused() {
    assert_eq!(config().check(), Ok(()));
    for (change, message) in [
        (
            json!({"agents": [{"id": "a.b", "extn": "1"}]}),
            "an agent's id must be neither empty nor contain a dot: \"a.b\"",
        ),
        (
            json!({"agents": [{"id": "1", "extn": "1"}, {"id": "1", "extn": "2"}]}),
            "agent 1 of group default is configured twice",
        ),
        (
            json!({"agents": [{"id": "1", "extn": ""}]}),
            "agent 1 needs an extn",
        ),
        (
            json!({"agents": [{"id": "1", "extn": "1", "queues": ["x"]}]}),
            "agent 1 names queue x, which is not configured",
        ),
        (
            json!({"queues": [{"id": "", "name": ""}]}),
            "a queue's id must not be empty",
        ),
        (
            json!({"queues": [{"id": "q", "name": ""}, {"id": "q", "name": ""}]}),
            "queue q is configured twice",
        ),
        (
            json!({"times": {"talk": [2, 1]}}),
            "times.talk must be [shortest, longest]",
        ),
    ] {
        let config: CenterConfig = serde_json::from_value(change).unwrap();
        assert_eq!(config.check(), Err(message.into()));
    }
}
