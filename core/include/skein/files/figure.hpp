/// Labelled figures, drawn by gnuplot where it is installed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "skein/files/picture.hpp"

namespace skein {

/// One line of a figure. NaN leaves a gap, as does what is infinite or has no place on a logarithmic axis.
struct Curve {
    std::string name;
    std::vector<double> x;
    std::vector<double> y;
    bool on_right = false;  ///< y belongs to the axis on the right
};

struct LineFigure {
    std::string title;
    std::string x_label;
    std::string y_label;
    bool log_y = false;  ///< a y that spans less than a factor of 3 is drawn on a linear axis all the same
    std::vector<Curve> curves;
    std::string right_label = {};  ///< of the axis on the right, a linear one, there where a curve belongs to it
};

struct ColourBar {
    /// What stands beside the bar, at a fraction of its height.
    struct Tick {
        double position = 0.0;  ///< 0: bottom, 1: top
        std::string text;
    };

    std::vector<Rgb> colours;  ///< bottom to top; none: no bar
    std::vector<Tick> ticks;
    std::string label;
};

/// A picture over two axes, which begin and end at the outer edges of its pixels. A logarithmic axis over less than
/// 0.1 % is drawn as a linear one: it would not bend.
struct MapFigure {
    std::string title;
    std::string x_label;
    std::string y_label;
    double x_from = 0.0;
    double x_to = 1.0;
    bool x_log = false;
    double y_from = 0.0;
    double y_to = 1.0;
    bool y_log = false;
    Picture picture;  ///< at most 16,384 x 16,384
    ColourBar colour_bar;
    bool has_y_tics = true;  ///< false: what is drawn is the same all the way up
};

/// True when a gnuplot is found on the PATH.
bool can_draw_figures();

/// Draws a PNG of 1000 x 600 pixels, with a legend where there are several curves. Throws FileError when gnuplot is
/// missing or fails, and std::invalid_argument for a curve with more x than y or the other way round.
void draw(const std::filesystem::path& path, const LineFigure& figure);

/// Draws a PNG in which each pixel of the picture is a block of pixels, one or more each way, of exactly its colour;
/// words grow with large pictures. Axes keep names of tics that differ also over a relative range of 1e-12.
/// Throws FileError as above, and std::invalid_argument for a picture that write_picture() would refuse or that is
/// too large, and for axes that do not run from one finite number to a larger one, and from a positive one where they
/// are logarithmic, all of them 0 or between 1e-300 and 1e300 in size, and at least 1e-300 apart.
void draw(const std::filesystem::path& path, const MapFigure& figure);

}  // namespace skein
