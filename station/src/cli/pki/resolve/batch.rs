//! A batch: blocks of lines go to every core and come back in order; as many are under way as cores have hands for.

use super::question::{MAX_LINE, Question};
use super::verdict::{Answer, Resolver};
use crate::cli::progress::Progress;
use serde_json::json;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Lines and octets of a block.
const BLOCK: (usize, usize) = (128, 1 << 20);

/// What became of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) lines: u64,
    pub(super) good: u64,
    pub(super) refused: u64,
    pub(super) unreadable: u64,
}

/// Numbered lines, and where their answers go.
struct Job {
    lines: Vec<(u64, Vec<u8>)>,
    answers: SyncSender<Block>,
}

struct Block {
    text: Vec<u8>,
    totals: Totals,
    octets: u64,
}

/// Reads questions from a file or standard input and writes the answers to standard output.
pub(super) fn run<'a>(
    file: &str,
    threads: usize,
    resolver: impl Fn() -> Resolver<'a> + Sync,
) -> io::Result<Totals> {
    let (input, total): (Box<dyn BufRead + Send>, _) = if file == "-" {
        (Box::new(BufReader::new(io::stdin())), None)
    } else {
        let file = File::open(file)?;
        let total = file.metadata().ok().filter(|meta| meta.is_file()).map(|meta| meta.len());
        (Box::new(BufReader::with_capacity(1 << 20, file)), total)
    };
    let output = BufWriter::new(io::stdout().lock());
    stream(input, output, threads, &resolver, &mut Progress::new(total))
}

fn stream<'a>(
    input: impl BufRead + Send,
    mut output: impl Write,
    threads: usize,
    resolver: &(impl Fn() -> Resolver<'a> + Sync),
    progress: &mut Progress,
) -> io::Result<Totals> {
    let (jobs, todo) = sync_channel::<Job>(threads);
    let (order, answers) = sync_channel::<Receiver<Block>>(2 * threads);
    let todo = Mutex::new(todo);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&todo, resolver));
        }
        let reader = scope.spawn(move || read(input, &jobs, &order));
        let mut totals = Totals::default();
        let mut octets = 0;
        let mut written = Ok(());
        for block in answers {
            // A thread that is gone has panicked; the scope passes that on.
            let Ok(block) = block.recv() else { break };
            written = output.write_all(&block.text);
            if written.is_err() {
                break;
            }
            totals.add(block.totals);
            octets += block.octets;
            progress.update(octets, totals.lines, "chains");
        }
        // Whoever waits for room in the channels sees that nobody takes any more: `answers` is gone.
        progress.end();
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.and_then(|()| output.flush())?;
        read.map(|()| totals)
    })
}

fn work<'a>(todo: &Mutex<Receiver<Job>>, resolver: &impl Fn() -> Resolver<'a>) {
    let mut resolver = resolver();
    loop {
        let job = todo.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let mut block = Block { text: Vec::new(), totals: Totals::default(), octets: 0 };
        for (number, line) in &job.lines {
            block.octets += line.len() as u64 + 1;
            let trimmed = line.trim_ascii();
            if !trimmed.is_empty() {
                answer(&mut resolver, *number, trimmed, &mut block);
            }
        }
        // Nobody waits for it when the output has failed.
        let _ = job.answers.send(block);
    }
}

fn answer(resolver: &mut Resolver<'_>, number: u64, line: &[u8], block: &mut Block) {
    let question = Question::parse(line);
    let answer = match question.certificates {
        Ok(certificates) => resolver.resolve(&certificates),
        Err(why) => Answer::Unreadable(why),
    };
    let totals = &mut block.totals;
    totals.lines += 1;
    match &answer {
        Answer::Unreadable(_) => totals.unreadable += 1,
        answer if answer.is_good() => totals.good += 1,
        _ => totals.refused += 1,
    }
    let mut object = answer.object();
    object["line"] = json!(number);
    if let Some(id) = question.id {
        object["id"] = id;
    }
    block.text.extend(object.to_string().into_bytes());
    block.text.push(b'\n');
}

fn read(
    mut input: impl BufRead,
    jobs: &SyncSender<Job>,
    order: &SyncSender<Receiver<Block>>,
) -> io::Result<()> {
    let mut number = 0;
    loop {
        let (mut lines, mut octets) = (Vec::new(), 0);
        while lines.len() < BLOCK.0 && octets < BLOCK.1 {
            let Some(line) = next_line(&mut input)? else { break };
            number += 1;
            octets += line.len();
            lines.push((number, line));
        }
        if lines.is_empty() {
            return Ok(());
        }
        let (answers, block) = sync_channel(1);
        if jobs.send(Job { lines, answers }).is_err() || order.send(block).is_err() {
            return Ok(());
        }
    }
}

/// The next line without its end. Of one that is too long, as much as shows that.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    const LIMIT: u64 = MAX_LINE as u64 + 1;
    let mut line = Vec::new();
    if input.by_ref().take(LIMIT).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == LIMIT {
        input.skip_until(b'\n')?;
    }
    Ok(Some(line))
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.good += other.good;
        self.refused += other.refused;
        self.unreadable += other.unreadable;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut input = vec![b'x'; 3 * MAX_LINE];
        input.extend(b"\n\nnext\nlast");
        let mut input = input.as_slice();
        assert_eq!(next_line(&mut input).unwrap().map(|line| line.len()), Some(MAX_LINE + 1));
        let rest: Vec<_> = std::iter::from_fn(|| next_line(&mut input).unwrap()).collect();
        assert_eq!(rest, [b"".to_vec(), b"next".to_vec(), b"last".to_vec()]);
    }
}
