use super::*;
use tokio::io::DuplexStream;

/// Sends what it is commanded to and tells it, and tells what else it hears.
#[derive(Default)]
struct Parrot {
    out: VecDeque<Output<Heard>>,
    deadline: Option<Duration>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Heard {
    Command(Vec<u8>),
    Deadline,
    Closed,
    Wire(bool),
}

impl Engine for Parrot {
    type Command = Vec<u8>;
    type Event = Heard;

    fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>) {
        match input {
            Input::Command(octets) => {
                self.out.push_back(Output::Transmit(octets.clone()));
                self.out.push_back(Output::Event(Heard::Command(octets)));
            }
            Input::Timeout if self.deadline.is_some_and(|at| at <= now) => {
                self.deadline = None;
                self.out.push_back(Output::Event(Heard::Deadline));
            }
            Input::Closed => self.out.push_back(Output::Event(Heard::Closed)),
            Input::Timeout | Input::Received(_) => {}
        }
    }

    fn poll(&mut self) -> Output<Heard> {
        self.out.pop_front().unwrap_or(Output::Wait(self.deadline))
    }

    fn wire(&mut self, _now: Duration, is_up: bool) {
        self.out.push_back(Output::Event(Heard::Wire(is_up)));
    }
}

/// A wire that tells these things and keeps what is sent.
#[derive(Default)]
struct Script {
    told: VecDeque<Received>,
    sent: Vec<Vec<u8>>,
}

impl Wire for Script {
    async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.sent.push(message.to_vec());
        Ok(())
    }

    async fn receive(&mut self, _buffer: &mut [u8]) -> io::Result<Received> {
        match self.told.pop_front() {
            Some(told) => Ok(told),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wire_that_goes_and_comes_back_is_told_and_ends_nothing() {
    let told = [Received::Down, Received::Up, Received::Octets(3), Received::Octets(0)];
    let mut wire = Script { told: told.into(), ..Script::default() };
    let (_sender, mut queue) = mpsc::unbounded_channel();
    let mut heard = Vec::new();
    drive(&mut Parrot::default(), &mut wire, Clock::start(), &mut queue, |event| {
        heard.push(event.clone());
        if event == Heard::Closed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await;
    assert_eq!(heard, [Heard::Wire(false), Heard::Wire(true), Heard::Closed]);
}

/// The modem behind an interface that came back gets its key at once, not with the next repetition.
#[tokio::test(start_paused = true)]
async fn a_matching_engine_is_told_that_its_modem_may_be_another_one() {
    let host = slac::Mac([2, 0, 0, 0, 0, 1]);
    let mut engine = slac::Evse::new(slac::evse::Config::new(host), slac::medium::Noise::new(1));
    let mut wire = Script { told: [Received::Down, Received::Up].into(), ..Script::default() };
    let (_sender, mut queue) = mpsc::unbounded_channel();
    let driven = drive(&mut engine, &mut wire, Clock::start(), &mut queue, |_| {
        ControlFlow::<()>::Continue(())
    });
    assert!(timeout(Duration::from_millis(500), driven).await.is_err(), "it goes on");
    let keys = wire.sent.iter().filter(|octets| {
        let frame = slac::Frame::parse(octets).unwrap();
        matches!(frame.message, slac::Message::SetKeyReq(_))
    });
    assert_eq!(keys.count(), 2);
}

/// Drives a parrot whose peer takes four octets and then none, until it has heard `last`.
async fn driven(
    last: Heard,
    commands: &[&[u8]],
) -> (Vec<(Heard, Duration)>, Duration, DuplexStream) {
    let (near, far) = tokio::io::duplex(4);
    let (sender, mut queue) = mpsc::unbounded_channel();
    commands.iter().for_each(|octets| sender.send(octets.to_vec()).unwrap());
    let mut parrot = Parrot { deadline: Some(Duration::from_millis(700)), ..Parrot::default() };
    let clock = Clock::start();
    let mut heard = Vec::new();
    drive(&mut parrot, &mut Stream(near), clock, &mut queue, |event| {
        heard.push((event.clone(), clock.now()));
        if event == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await;
    (heard, clock.now(), far)
}

#[tokio::test(start_paused = true)]
async fn commands_and_deadlines_do_not_wait_for_a_peer_that_takes_nothing() {
    let (heard, took, _far) = driven(Heard::Closed, &[b"first message", b"second"]).await;
    let at = |millis| Duration::from_millis(millis);
    let within = |(_, time): &(Heard, Duration), from| *time >= from && *time < from + at(10);
    let events: Vec<_> = heard.iter().map(|(event, _)| event.clone()).collect();
    let commands = [b"first message".to_vec(), b"second".to_vec()].map(Heard::Command);
    assert_eq!(events[..2], commands);
    assert_eq!(events[2..], [Heard::Deadline, Heard::Closed]);
    assert!(within(&heard[0], at(0)) && within(&heard[1], at(0)), "{heard:?}");
    assert!(within(&heard[2], at(700)) && within(&heard[3], SEND_LIMIT), "{heard:?}");
    assert!(took < SEND_LIMIT + at(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_long_for_a_peer_that_takes_nothing() {
    let last = Heard::Command(b"stop".to_vec());
    let (_, took, mut far) = driven(last, &[b"first message", b"stop"]).await;
    assert!(took < LAST_LIMIT + Duration::from_millis(10), "{took:?}");
    let mut octets = Vec::new();
    far.read_to_end(&mut octets).await.unwrap();
    assert_eq!(octets, b"firs");
}

#[tokio::test(start_paused = true)]
async fn messages_that_waited_are_sent_whole_and_in_order() {
    let (near, mut far) = tokio::io::duplex(4);
    let (sender, mut queue) = mpsc::unbounded_channel();
    let messages: [&[u8]; 4] = [b"first message", b"second message", b"third", b"end"];
    messages.iter().for_each(|octets| sender.send(octets.to_vec()).unwrap());
    let reading = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut octets = Vec::new();
        far.read_to_end(&mut octets).await.unwrap();
        octets
    };
    let driving = async move {
        let (mut parrot, mut wire) = (Parrot::default(), Stream(near));
        let mut events = 0;
        drive(&mut parrot, &mut wire, Clock::start(), &mut queue, |_| {
            events += 1;
            if events == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .await;
        wire.close(Duration::from_millis(1)).await;
    };
    let (octets, ()) = tokio::join!(reading, driving);
    assert_eq!(octets, messages.concat());
}
