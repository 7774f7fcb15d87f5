/// Labelled figures, drawn by gnuplot where it is installed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace skein {

/// One line of a figure. NaN leaves a gap, as does what is infinite or has no place on a logarithmic axis.
struct Curve {
    std::string name;
    std::vector<double> x;
    std::vector<double> y;
};

struct LineFigure {
    std::string title;
    std::string x_label;
    std::string y_label;
    bool log_y = false;  ///< a y that spans less than a factor of 3 is drawn on a linear axis all the same
    std::vector<Curve> curves;
};

/// True when a gnuplot is found on the PATH.
bool can_draw_figures();

/// Draws a PNG of 1000 x 600 pixels, with a legend where there are several curves. Throws FileError when gnuplot is
/// missing or fails, and std::invalid_argument for a curve with more x than y or the other way round.
void draw(const std::filesystem::path& path, const LineFigure& figure);

}  // namespace skein
