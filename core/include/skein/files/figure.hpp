/// Labelled figures, drawn by gnuplot if it is installed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "skein/files/picture.hpp"

namespace skein {

/// One line of a figure. NaN, infinities, and values <= 0 on a logarithmic axis leave a gap.
struct Curve {
    std::string name;
    std::vector<double> x;
    std::vector<double> y;  ///< as long as x
    bool on_right = false;  ///< y is measured on the right axis
    bool is_marked = true;  ///< its points are marked if they are few, or lie alone between gaps
};

struct LineFigure {
    std::string title;
    std::string x_label;
    std::string y_label;
    bool log_y = false;  ///< ignored if y spans less than a factor of 3
    std::vector<Curve> curves;
    std::string right_label = {};  ///< of the right axis, which is linear; drawn if a curve uses it
};

struct ColourBar {
    /// A mark with a text to the right of the bar.
    struct Tick {
        double position = 0.0;  ///< from 0, the bottom, to 1, the top
        std::string text;
    };

    std::vector<Rgb> colours;  ///< from bottom to top; empty: no bar
    std::vector<Tick> ticks;
    std::string label;
};

/// A picture over two axes, which begin and end at the outer edges of its pixels.
struct MapFigure {
    std::string title;
    std::string x_label;
    std::string y_label;
    double x_from = 0.0;
    double x_to = 1.0;
    bool x_log = false;  ///< ignored if the axis spans less than 0.1 %
    double y_from = 0.0;
    double y_to = 1.0;
    bool y_log = false;
    Picture picture;  ///< at most 16,384 x 16,384
    ColourBar colour_bar;
    bool has_y_tics = true;  ///< false if the y axis carries no information
};

/// Whether a gnuplot is on the PATH.
[[nodiscard]] bool can_draw_figures();

/// Draws a PNG of 1000 x 600 pixels, with a legend if there are several curves. Throws FileError if gnuplot is missing
/// or fails, or the file cannot be written; std::invalid_argument if a curve has different numbers of x and y.
void draw(const std::filesystem::path& path, const LineFigure& figure);

/// Draws a PNG in which each pixel of the picture becomes a rectangle of exactly its colour, one or more pixels wide
/// and high. Words grow with large pictures. The names of tics differ even over a relative range of 1e-12. Throws
/// FileError as above. Throws std::invalid_argument for a picture that write_picture() refuses or that is too large;
/// for an axis unless its bounds are ascending, at least 1e-300 apart, each 0 or of a size from 1e-300 to 1e300, and
/// positive if it is logarithmic; and for a tick of the colour bar outside [0, 1].
void draw(const std::filesystem::path& path, const MapFigure& figure);

}  // namespace skein
