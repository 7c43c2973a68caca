//! A place in OpenGL where MuJoCo can draw.

// EGL through glutin.
#![allow(unsafe_code)]

use super::RenderError;
use glutin::{
    api::egl::{
        config::Config, context::NotCurrentContext, device::Device, display::Display,
        surface::Surface,
    },
    config::{ConfigSurfaceTypes, ConfigTemplateBuilder},
    context::{ContextApi, ContextAttributesBuilder, GlProfile, Version},
    prelude::{GlDisplay, NotCurrentGlContext, PossiblyCurrentGlContext},
    surface::{PbufferSurface, SurfaceAttributesBuilder},
};
use std::{
    ffi::{CStr, c_char},
    mem,
    num::NonZero,
    sync::OnceLock,
};

/// An OpenGL context, current on a thread only inside of [`with`](Self::with): it may move
/// between threads, and changing hands takes about a microsecond.
#[derive(Debug)]
pub(super) struct Screen {
    context: Option<NotCurrentContext>,
    surface: Surface<PbufferSurface>,
}

/// The display on which all contexts of the process are made. It is opened once and never
/// closed, so that no thread can close it under another.
static DISPLAY: OnceLock<Result<(Display, Config), String>> = OnceLock::new();

impl Screen {
    /// Opens a context on the first device that gives one.
    ///
    /// # Errors
    /// [`RenderError::Unavailable`] without EGL or a driver.
    pub fn open() -> Result<Self, RenderError> {
        let found = DISPLAY.get_or_init(|| {
            let devices = Device::query_devices().map_err(|e| e.to_string())?;
            let mut last = "EGL knows no device".to_owned();
            for device in devices {
                let opened = display(&device).and_then(|(display, config)| {
                    Self::on(&display, &config).map(|_| (display, config))
                });
                match opened {
                    Ok(opened) => return Ok(opened),
                    Err(error) => last = error.to_string(),
                }
            }
            Err(last)
        });
        let unavailable = |message: String| RenderError::Unavailable { message };
        let (display, config) = found.as_ref().map_err(|e| unavailable(e.clone()))?;
        Self::on(display, config).map_err(|e| unavailable(e.to_string()))
    }

    fn on(display: &Display, config: &Config) -> glutin::error::Result<Self> {
        // MuJoCo speaks the OpenGL of old, with display lists.
        let attributes = ContextAttributesBuilder::new()
            .with_profile(GlProfile::Compatibility)
            .with_context_api(ContextApi::OpenGl(Some(Version::new(2, 0))))
            .build(None);
        // MuJoCo draws into buffers of its own; this one only makes the context complete.
        let one = NonZero::<u32>::MIN;
        let pixel = SurfaceAttributesBuilder::<PbufferSurface>::new().build(one, one);
        // SAFETY: the configuration is one of this display, and no window is involved.
        let (context, surface) = unsafe {
            (
                display.create_context(config, &attributes)?,
                display.create_pbuffer_surface(config, &pixel)?,
            )
        };
        let mut screen = Self {
            context: Some(context),
            surface,
        };
        screen.attempt(|| ())?;
        Ok(screen)
    }

    /// Runs `work` with the context current on this thread.
    ///
    /// # Errors
    /// [`RenderError::Unavailable`] where the driver does not make it current or lets it go, and
    /// [`RenderError::Spent`] ever after.
    pub fn with<R>(&mut self, work: impl FnOnce() -> R) -> Result<R, RenderError> {
        if self.context.is_none() {
            return Err(RenderError::Spent);
        }
        self.attempt(work).map_err(|e| RenderError::Unavailable {
            message: e.to_string(),
        })
    }

    /// What draws: `llvmpipe (LLVM 15.0.6, 256 bits)`, or the name of a GPU.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn renderer(&mut self) -> Result<String, RenderError> {
        type GetString = unsafe extern "C" fn(u32) -> *const c_char;
        const GL_RENDERER: u32 = 0x1F01;
        let Some(Ok((display, _))) = DISPLAY.get() else {
            return Err(RenderError::Spent);
        };
        let address = display.get_proc_address(c"glGetString");
        self.with(|| {
            if address.is_null() {
                return None;
            }
            // SAFETY: OpenGL gives its function of this name and signature, or null.
            let get_string: GetString = unsafe { mem::transmute(address) };
            // SAFETY: a context is current; the text is OpenGL's own and ends with a zero.
            let text = unsafe {
                let text = get_string(GL_RENDERER);
                (!text.is_null()).then(|| CStr::from_ptr(text))
            };
            text.map(|text| text.to_string_lossy().into_owned())
        })
        .map(|name| name.unwrap_or_else(|| "an unnamed driver".into()))
    }

    fn attempt<R>(&mut self, work: impl FnOnce() -> R) -> glutin::error::Result<R> {
        let Some(context) = self.context.take() else {
            return Err(glutin::error::ErrorKind::ContextLost.into());
        };
        let current = context.make_current(&self.surface)?;
        let done = work();
        self.context = Some(current.make_not_current()?);
        Ok(done)
    }
}

/// A display on a device, with a configuration that can draw off the screen.
fn display(device: &Device) -> glutin::error::Result<(Display, Config)> {
    let template = ConfigTemplateBuilder::new()
        .with_surface_type(ConfigSurfaceTypes::PBUFFER)
        .with_alpha_size(0)
        .with_depth_size(24)
        .with_stencil_size(8)
        .build();
    // SAFETY: the device was named by EGL, and no native display is involved.
    let display = unsafe { Display::with_device(device, None)? };
    // SAFETY: the template names no native window.
    let config = unsafe { display.find_configs(template)?.next() };
    let none = glutin::error::ErrorKind::NotSupported("it cannot draw off the screen");
    config
        .map(|config| (display, config))
        .ok_or_else(|| none.into())
}
