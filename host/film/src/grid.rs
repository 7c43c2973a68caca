//! Several pictures as one.

/// Pictures of one size side by side, in as many columns as rows or one more; what is left over is
/// black.
#[derive(Debug, Clone)]
pub struct Grid {
    tile: (usize, usize),
    columns: usize,
    size: (usize, usize),
    picture: Vec<u8>,
}

impl Grid {
    /// For `count` pictures of `height` x `width` pixels.
    ///
    /// # Panics
    /// For no pictures.
    #[must_use]
    pub fn new(count: usize, (height, width): (usize, usize)) -> Self {
        assert!(count > 0, "pictures of a grid");
        let columns = (1..=count).find(|n| n * n >= count).unwrap_or(count);
        let rows = count.div_ceil(columns);
        let size = (rows * height, columns * width);
        Self {
            tile: (height, width),
            columns,
            size,
            picture: vec![0; 3 * size.0 * size.1],
        }
    }

    /// Height and width of the whole, pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Puts a picture in its place: left to right, then down.
    ///
    /// # Panics
    /// For a picture of another size, or one too many.
    pub fn put(&mut self, index: usize, picture: &[u8]) {
        let (height, width) = self.tile;
        assert_eq!(picture.len(), 3 * height * width, "size of a picture");
        let (row, column) = (index / self.columns, index % self.columns);
        let stride = 3 * self.size.1;
        let first = row * height * stride + 3 * column * width;
        for (line, own) in picture.chunks_exact(3 * width).enumerate() {
            let at = first + line * stride;
            self.picture[at..at + own.len()].copy_from_slice(own);
        }
    }

    /// The whole.
    #[must_use]
    pub fn picture(&self) -> &[u8] {
        &self.picture
    }
}
