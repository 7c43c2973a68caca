//! A window that shows the pictures as they are taken.

use crate::error::HostError;
use minifb::{InputCallback, Key, MouseButton, MouseMode, ScaleMode, WindowOptions};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

/// Between two looks at mouse and keys.
const PATIENCE: Duration = Duration::from_millis(5);
/// On a machine that draws too slowly pictures are left out, but not for longer than this.
const LONGEST_GAP: Duration = Duration::from_millis(100);
/// Turn of a viewpoint for the way of the mouse, degrees a pixel: half a turn in a picture of the
/// usual size.
const DEGREES_PER_PIXEL: f32 = 180.0 / 480.0;
/// Nearer or farther for a step of the wheel.
const ZOOM: f64 = 0.9;

/// What the person before the window wants next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wish {
    /// The next picture.
    GoOn,
    /// The same moment from elsewhere: degrees around, and a multiple of the distance.
    Turn {
        azimuth: f64,
        elevation: f64,
        distance: f64,
    },
    /// No more.
    Close,
}

/// Hands on the keys that go down; one that is held goes down once.
struct Keyboard {
    pressed: Sender<Key>,
    held: Option<Key>,
}

impl InputCallback for Keyboard {
    fn add_char(&mut self, _character: u32) {}

    fn set_key_state(&mut self, key: Key, down: bool) {
        if down && self.held != Some(key) {
            // The other end lives as long as the window.
            let _ = self.pressed.send(key);
        }
        if down {
            self.held = Some(key);
        } else if self.held == Some(key) {
            self.held = None;
        }
    }
}

/// The window.
pub(super) struct Window {
    window: minifb::Window,
    /// Height and width, pixels.
    size: (usize, usize),
    /// The picture as the window takes it: `0RGB` of each pixel.
    pixels: Vec<u32>,
    shown: Duration,
    /// When the next picture is due.
    next: Instant,
    /// When the last one was shown.
    last: Instant,
    paused: bool,
    /// Keys as they go down: one that is up again before anyone looks counts too.
    keys: Receiver<Key>,
    /// Where the mouse was, if its button was down.
    held: Option<(f32, f32)>,
}

impl Window {
    /// Opens it for pictures of `height` x `width` pixels, each of which is shown for a time.
    ///
    /// # Errors
    /// There is no display.
    pub fn open(
        title: &str,
        (height, width): (usize, usize),
        shown: Duration,
    ) -> Result<Self, HostError> {
        let options = WindowOptions {
            resize: true,
            scale_mode: ScaleMode::AspectRatioStretch,
            ..WindowOptions::default()
        };
        let mut window =
            minifb::Window::new(title, width, height, options).map_err(|error| {
                HostError::Run(format!(
                    "no window can be opened: {error}; a window needs a display (on Linux that of an X server or of XWayland, in DISPLAY); without --window, films are written, which need none"
                ))
            })?;
        // Pictures come at their own times.
        window.set_target_fps(0);
        let (pressed, keys) = mpsc::channel();
        window.set_input_callback(Box::new(Keyboard {
            pressed,
            held: None,
        }));
        let now = Instant::now();
        Ok(Self {
            window,
            size: (height, width),
            pixels: vec![0; height * width],
            shown,
            next: now,
            last: now,
            paused: false,
            keys,
            held: None,
        })
    }

    /// What it says above the pictures.
    pub fn set_title(&mut self, title: &str) {
        self.window.set_title(title);
    }

    /// Whether there is time for the next picture; one that is left out has been shown.
    pub fn has_time(&mut self) -> bool {
        let late = Instant::now() > self.next + self.shown;
        let skip = late && self.last.elapsed() < LONGEST_GAP;
        if skip {
            self.next += self.shown;
        }
        !skip
    }

    /// Shows a picture until its time is over or the person wants something else.
    ///
    /// # Errors
    /// The display's.
    pub fn show(&mut self, picture: &[u8]) -> Result<Wish, HostError> {
        for (pixel, colours) in self.pixels.iter_mut().zip(picture.chunks_exact(3)) {
            *pixel = u32::from_be_bytes([0, colours[0], colours[1], colours[2]]);
        }
        let (height, width) = self.size;
        self.window
            .update_with_buffer(&self.pixels, width, height)
            .map_err(|error| HostError::Run(format!("the window: {error}")))?;
        self.last = Instant::now();
        loop {
            let closed = self.keys.try_iter().any(|key| {
                self.paused ^= key == Key::Space;
                key == Key::Escape
            });
            if closed || !self.window.is_open() {
                return Ok(Wish::Close);
            }
            if let Some(turn) = self.turn() {
                return Ok(turn);
            }
            let now = Instant::now();
            if self.paused {
                self.next = now + self.shown;
            } else if now >= self.next {
                // Lost time is made up for, but not that of a machine that is too slow anyway.
                self.next = (self.next + self.shown).max(now - LONGEST_GAP);
                return Ok(Wish::GoOn);
            }
            let rest = self.next.saturating_duration_since(now);
            std::thread::sleep(rest.min(PATIENCE));
            self.window.update();
        }
    }

    /// What mouse and wheel ask for.
    fn turn(&mut self) -> Option<Wish> {
        let down = self.window.get_mouse_down(MouseButton::Left);
        let place = self.window.get_mouse_pos(MouseMode::Pass).filter(|_| down);
        let before = std::mem::replace(&mut self.held, place);
        let way = before.zip(place).map_or((0.0, 0.0), |(before, now)| {
            (now.0 - before.0, now.1 - before.1)
        });
        let wheel = self.window.get_scroll_wheel().map_or(0.0, |(_, y)| y);
        let moved = way != (0.0, 0.0) || wheel != 0.0;
        moved.then(|| Wish::Turn {
            azimuth: f64::from(-way.0 * DEGREES_PER_PIXEL),
            elevation: f64::from(-way.1 * DEGREES_PER_PIXEL),
            distance: ZOOM.powf(f64::from(wheel.clamp(-1.0, 1.0))),
        })
    }
}
