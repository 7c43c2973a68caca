//! `curves/TASK.svg`: a line and a band for each variant.

use crate::curve::Curve;
use plotters::prelude::*;
use std::ops::Range;

const SIZE: (u32, u32) = (760, 460);

/// Told apart by people who do not see all colours (Okabe and Ito 2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(60, 60, 60),
];

/// Draws the curves of a task; with its threshold, where it has one.
///
/// # Errors
/// The drawing library's.
pub fn draw(task: &str, curves: &[Curve], threshold: Option<f64>) -> Result<String, String> {
    let mut svg = String::new();
    drawn(&mut svg, task, curves, threshold).map_err(|e| format!("curves of {task}: {e}"))?;
    Ok(svg)
}

type DrawingError<'s> = DrawingAreaErrorKind<<SVGBackend<'s> as DrawingBackend>::ErrorType>;

fn drawn<'s>(
    svg: &'s mut String,
    task: &str,
    curves: &[Curve],
    threshold: Option<f64>,
) -> Result<(), DrawingError<'s>> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (x, y) = ranges(curves, threshold);
    let mut chart = ChartBuilder::on(&root)
        .caption(task, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(48)
        .y_label_area_size(76)
        .build_cartesian_2d(x.clone(), y)?;
    chart
        .configure_mesh()
        .x_desc("control steps (band: 95 % interval of the mean over seeds)")
        .y_desc("return, mean of the last 100 training episodes")
        .x_label_formatter(&|steps| steps_label(*steps))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .label_style(("sans-serif", 14))
        .axis_desc_style(("sans-serif", 14))
        .draw()?;
    if let Some(threshold) = threshold {
        let ends = [(x.start, threshold), (x.end, threshold)];
        let line = DashedLineSeries::new(ends, 6, 4, BLACK.mix(0.6).stroke_width(1));
        chart
            .draw_series(line)?
            .label("threshold")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLACK.mix(0.6)));
    }
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let upper = curve.points.iter().map(|p| (p.steps, p.high));
        let lower = curve.points.iter().rev().map(|p| (p.steps, p.low));
        if curve.n > 1 {
            let band: Vec<(f64, f64)> = upper.chain(lower).collect();
            chart.draw_series([Polygon::new(band, colour.mix(0.2).filled())])?;
        }
        let line = curve.points.iter().map(|p| (p.steps, p.mean));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(format!("{} (n = {})", curve.name, curve.n))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()
}

/// What the axes span: from 0 control steps on, and 5 % more than the values need.
fn ranges(curves: &[Curve], threshold: Option<f64>) -> (Range<f64>, Range<f64>) {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let steps = points().map(|p| p.steps).fold(1.0, f64::max);
    let values = points()
        .flat_map(|p| [p.low, p.high, p.mean])
        .chain(threshold);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return (0.0..steps, 0.0..1.0);
    }
    let room = (0.05 * (high - low)).max(1e-3 * high.abs().max(1.0));
    (0.0..steps, low - room..high + room)
}

/// Control steps, short: 250k, 1M.
fn steps_label(steps: f64) -> String {
    let short = |value: f64, unit: &str| {
        let text = format!("{value:.2}");
        format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    match steps {
        n if n >= 1e6 => short(n / 1e6, "M"),
        n if n >= 1e3 => short(n / 1e3, "k"),
        n => short(n, ""),
    }
}
