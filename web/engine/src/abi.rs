//! The functions that a page calls, and those that it lends.
//!
//! Text goes in and out through the module's memory, as UTF-8: the page asks for room ([`room`]), writes its
//! question there, and calls [`ask`], which returns where the answer is and how long it is. A panic ends the
//! module (`panic = "abort"`), and the page starts another one.

use std::cell::RefCell;
use std::time::Duration;

use crate::Engine;

mod page {
    #[link(wasm_import_module = "page")]
    unsafe extern "C" {
        /// Returns the time in milliseconds since any fixed moment.
        pub safe fn now() -> f64;
        /// Takes a message while a question is being answered.
        pub fn tell(start: *const u8, length: usize);
        /// Takes the message of a panic, just before the module ends.
        pub fn panicked(start: *const u8, length: usize);
    }
}

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new());
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Prepares the module; called once, before anything else.
#[unsafe(no_mangle)]
extern "C" fn begin() {
    steeple::set_clock(|| Duration::from_secs_f64(page::now().max(0.0) / 1000.0));
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.to_string();
        // SAFETY: the page reads these bytes before it returns.
        unsafe { page::panicked(text.as_ptr(), text.len()) }
    }));
}

/// Makes room for a question of so many bytes, and returns its place. The place of the last answer becomes invalid.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        room.clear();
        room.resize(length, 0);
        room.as_mut_ptr()
    })
}

/// Answers the question that stands in the room. Returns the place of the answer in the upper and its length in the
/// lower 32 bits; it stays there until the next call.
#[unsafe(no_mangle)]
extern "C" fn ask() -> u64 {
    let question = ROOM.take();
    let text = String::from_utf8_lossy(&question);
    // SAFETY: the page reads these bytes before it returns.
    let mut tell = |told: &str| unsafe { page::tell(told.as_ptr(), told.len()) };
    let answer = ENGINE.with_borrow_mut(|engine| engine.ask(&text, &mut tell));
    ROOM.with_borrow_mut(|room| {
        *room = answer.into_bytes();
        (room.as_ptr() as u64) << 32 | room.len() as u64
    })
}
