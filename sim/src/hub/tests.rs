//! The hub without any connection behind its queues.

use super::*;

fn texts(queue: &mut Receiver) -> Vec<String> {
    std::iter::from_fn(|| queue.try_recv())
        .map(|frame| match frame {
            Frame::Text(text) => text,
            Frame::Binary(data) => panic!("{data:?}"),
        })
        .collect()
}

fn join(hub: &mut Hub) -> Joined {
    hub.join(SocketAddr::from(([127, 0, 0, 1], 1)))
}

fn subscribed_channels(hierarchy: Hierarchy) -> Vec<String> {
    let mut hub = Hub::new(hierarchy, 10);
    let mut joined = join(&mut hub);
    let client = hub.client_mut(joined.conn).unwrap();
    for channel in ["vcc", "vcc.default", "vcc.default.1001", "vcc.other", "vc"] {
        assert_eq!(client.subscribe(channel), Subscribed::New);
    }
    let event = Json::object().with("eventChannel", "vcc.default.1001");
    hub.publish(&event);
    texts(&mut joined.queue)
        .iter()
        .map(|text| {
            let frame = Json::parse(text).unwrap();
            let params = frame.get("params").unwrap();
            assert_eq!(params.get_u64("eventSerno"), Some(0));
            params.get_str("subscribedChannel").unwrap().to_owned()
        })
        .collect()
}

#[test]
fn an_event_reaches_the_ancestors_of_its_channel() {
    assert_eq!(
        subscribed_channels(Hierarchy::Every),
        ["vcc.default.1001", "vcc.default", "vcc"]
    );
    assert_eq!(
        subscribed_channels(Hierarchy::Freeswitch),
        ["vcc.default.1001", "vcc"]
    );
}

#[test]
fn a_full_queue_drops_frames_and_leaves_a_gap_in_the_numbers() {
    let mut hub = Hub::new(Hierarchy::Every, 3);
    let mut slow = join(&mut hub);
    let mut quick = join(&mut hub);
    for joined in [&slow, &quick] {
        hub.client_mut(joined.conn).unwrap().subscribe("vcc");
    }
    let event = Json::object().with("eventChannel", "vcc");
    let mut quick_frames = 0;
    for _ in 0..5 {
        hub.publish(&event);
        quick_frames += texts(&mut quick.queue).len();
    }
    assert_eq!(quick_frames, 5);
    assert_eq!(texts(&mut slow.queue).len(), 3);
    assert_eq!(hub.publish(&event), 2);
    let next = texts(&mut slow.queue);
    assert!(next[0].contains("\"eventSerno\":5,"), "{next:?}");
}

#[test]
fn the_first_reason_to_end_counts() {
    let mut hub = Hub::new(Hierarchy::Every, 1);
    let joined = join(&mut hub);
    let client = hub.client(joined.conn).unwrap();
    client.end(Ending::Close(1000));
    client.end(Ending::Cut);
    assert_eq!(*joined.ending.borrow(), Some(Ending::Close(1000)));
}
