//! Images are bytes: a quarter of the memory of f32, and nothing is lost.

/// Brings pixels to what is stored of them: the nearest whole number in 0..=255. Acting on the
/// result is acting on what is learned from. Values are finite; the loader refuses others.
pub fn quantise(pixels: &mut [f32]) {
    for pixel in pixels {
        *pixel = f32::from(byte(*pixel));
    }
}

/// The nearest whole number; a half goes up. As a truncated sum, which vectorises.
fn byte(pixel: f32) -> u8 {
    (pixel.clamp(0.0, 255.0) + 0.5) as u8
}

/// Stores quantised pixels.
pub(crate) fn store(pixels: &[f32], bytes: &mut [u8]) {
    for (byte, pixel) in bytes.iter_mut().zip(pixels) {
        *byte = *pixel as u8;
    }
}

/// The pixels again, as they were before storing.
pub(crate) fn restore(bytes: &[u8], pixels: &mut [f32]) {
    for (pixel, byte) in pixels.iter_mut().zip(bytes) {
        *pixel = f32::from(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_survives_storing() {
        let pixels: Vec<f32> = (0..=255).map(|x| x as f32).collect();
        let mut quantised = pixels.clone();
        quantise(&mut quantised);
        assert_eq!(quantised, pixels);
        let (mut bytes, mut again) = (vec![0; 256], vec![-1.0; 256]);
        store(&pixels, &mut bytes);
        restore(&bytes, &mut again);
        assert_eq!(again, pixels);
    }

    #[test]
    fn other_values_become_the_nearest_pixel() {
        let mut pixels = [-3.0, -0.4, 0.4, 0.6, 127.5, 254.6, 255.4, 1e9];
        quantise(&mut pixels);
        assert_eq!(pixels, [0.0, 0.0, 0.0, 1.0, 128.0, 255.0, 255.0, 255.0]);
    }
}
