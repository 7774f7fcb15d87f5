#include "skein/files/figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "base/text.hpp"
#include "files/figures/axis_tics.hpp"
#include "files/figures/gnuplot.hpp"
#include "files/figures/map_figure.hpp"
#include "files/io/output_file.hpp"

namespace skein {

using namespace internal;

namespace {

using files::gnuplot_string;

/// Colours that differ also for the colour-blind (M. Okabe and K. Ito, 2008), dark enough on white.
constexpr std::string_view kSettings = R"(set encoding utf8
if (strstrt(GPVAL_TERMINALS, "pngcairo")) { set terminal pngcairo enhanced size 1000,600 font "sans,13" rounded }
if (!strstrt(GPVAL_TERMINALS, "pngcairo")) { set terminal png enhanced size 1000,600 font "sans,13" }
set linetype 1 linecolor rgb "#0072b2" linewidth 2 pointtype 7
set linetype 2 linecolor rgb "#d55e00" linewidth 2 pointtype 7
set linetype 3 linecolor rgb "#009e73" linewidth 2 pointtype 7
set linetype 4 linecolor rgb "#cc79a7" linewidth 2 pointtype 7
set linetype 5 linecolor rgb "#e69f00" linewidth 2 pointtype 7
set linetype 6 linecolor rgb "#56b4e9" linewidth 2 pointtype 7
set linetype 7 linecolor rgb "#4d4d4d" linewidth 2 pointtype 7
set border 3 linecolor rgb "#4d4d4d"
set tics nomirror out textcolor rgb "black"
set grid xtics ytics linetype 1 linecolor rgb "#dddddd" linewidth 1
set pointsize 0.7
)";

constexpr std::size_t kNumColours = 7;
/// Beyond these, gnuplot's arithmetic on axes overflows, or underflows on a logarithmic axis.
constexpr double kLargestDrawn = 1e300;
constexpr double kSmallestLogDrawn = 1e-300;
/// A smaller spread, relative to the values or absolute, is below the resolution of gnuplot's tics.
constexpr double kSmallestRelativeSpread = 1e-8;
constexpr double kSmallestSpread = 1e-290;
/// A smaller ratio would leave a logarithmic axis too few tics, and it would hardly bend: it becomes linear.
constexpr double kSmallestLogRatio = 3.0;
constexpr std::size_t kMostPointsMarked = 25;
/// Of a longer curve only the lowest and the highest point of each bucket are drawn: there are fewer pixels.
constexpr std::size_t kMostPoints = 10'000;
constexpr std::size_t kNumBuckets = 2'000;
constexpr std::size_t kMostNamesBelow = 6;

struct Range {
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();

    void include(double value) {
        min = std::min(min, value);
        max = std::max(max, value);
    }
    bool is_empty() const { return min > max; }
    double size() const { return std::max(std::abs(min), std::abs(max)); }
    bool is_point() const { return max - min <= std::max(kSmallestSpread, kSmallestRelativeSpread * size()); }
};

bool is_drawable(double x, double y, bool log_y) {
    return std::abs(x) <= kLargestDrawn && std::abs(y) <= kLargestDrawn && (!log_y || y >= kSmallestLogDrawn);
}

/// A curve as gnuplot reads it: gaps are empty lines.
class DrawnCurve {
public:
    DrawnCurve(const Curve& curve, bool log_y, Range& x_range, Range& y_range) : curve_(curve) {
        std::size_t begin = 0;  // of the points since the last gap
        for (std::size_t point = 0; point < curve.x.size(); ++point) {
            if (is_drawable(curve.x[point], curve.y[point], log_y)) {
                x_range.include(curve.x[point]);
                y_range.include(curve.y[point]);
            } else {
                add_run(begin, point);
                begin = point + 1;
            }
        }
        add_run(begin, curve.x.size());
    }

    const std::string& data() const { return data_; }
    bool is_empty() const { return num_points_ == 0; }
    bool is_on_right() const { return curve_.on_right; }
    /// A line alone would not show a point between two gaps.
    bool is_marked() const { return curve_.is_marked && (has_lone_points_ || num_points_ <= kMostPointsMarked); }

private:
    void add_run(std::size_t begin, std::size_t end) {
        if (begin == end) return;
        num_points_ += end - begin;
        has_lone_points_ = has_lone_points_ || end - begin == 1;
        const std::size_t bucket = curve_.x.size() <= kMostPoints ? 1 : curve_.x.size() / kNumBuckets;
        for (std::size_t first = begin; first < end; first += bucket) add_bucket(first, std::min(first + bucket, end));
        data_ += '\n';
    }

    void add_bucket(std::size_t begin, std::size_t end) {
        const auto first = curve_.y.begin();
        const auto [low, high] = std::minmax_element(first + std::ptrdiff_t(begin), first + std::ptrdiff_t(end));
        add_point(std::size_t(std::min(low, high) - first));
        if (low != high) add_point(std::size_t(std::max(low, high) - first));
    }

    void add_point(std::size_t point) { data_ += to_text(curve_.x[point], ' ', curve_.y[point], '\n'); }

    const Curve& curve_;
    std::string data_;
    std::size_t num_points_ = 0;
    bool has_lone_points_ = false;
};

std::string range_command(std::string_view axis, double min, double max) {
    return to_text("set ", axis, "range [", min, ":", max, "]\n");
}

/// A range with room on both sides if all values are equal, since gnuplot refuses an empty one.
std::string linear_range(std::string_view axis, const Range& range) {
    if (range.is_empty()) return range_command(axis, 0.0, 1.0);
    if (!range.is_point()) return "";
    const double margin = range.size() <= kSmallestSpread ? 1.0 : 0.1 * range.size();
    return range_command(axis, range.min - margin, range.max + margin);
}

std::string label_command(std::string_view axis, std::string_view text) {
    return to_text("set ", axis, "label ", gnuplot_string(text), " noenhanced\n");
}

std::string y_axis(const LineFigure& figure, const Range& range) {
    const std::string label = label_command("y", figure.y_label);
    if (figure.log_y && range.is_empty()) return to_text("set logscale y\n", range_command("y", 0.1, 1.0), label);
    if (!figure.log_y || range.max < kSmallestLogRatio * range.min) return linear_range("y", range) + label;
    const auto [from, to] = files::round_log_range(range.min, range.max);
    const files::AxisTics axis = files::axis_tics(from, to, true);
    return files::axis_commands("y", from, to, axis) + label_command("y", figure.y_label + axis.unit);
}

std::string plot_element(const DrawnCurve& drawn, std::size_t index, const std::string& title) {
    const std::size_t line_type = index % kNumColours + 1;
    if (drawn.is_empty()) return to_text("NaN with lines linetype ", line_type, title);
    return to_text("$curve", index, " using 1:2", drawn.is_on_right() ? " axes x1y2" : "", " with ",
                   drawn.is_marked() ? "linespoints" : "lines", " linetype ", line_type, title);
}

std::string labels_of(const LineFigure& figure) {
    return to_text("set title ", gnuplot_string(figure.title), " noenhanced\n", label_command("x", figure.x_label),
                   figure.curves.size() <= kMostNamesBelow
                       ? "set key below horizontal height 1 noenhanced\nset rmargin 5\n"
                       : "set key outside right top reverse Left noenhanced\n");
}

std::string right_axis(const LineFigure& figure, const Range& range) {
    if (std::ranges::none_of(figure.curves, &Curve::on_right)) return "";
    return to_text("set border 11\nset y2tics nomirror out textcolor rgb \"black\"\n",
                   label_command("y2", figure.right_label), "set rmargin 12\n", linear_range("y2", range));
}

std::string script_of(const LineFigure& figure) {
    Range x_range;
    Range y_range;
    Range right_range;
    std::string data;
    std::string elements;
    for (std::size_t index = 0; index < figure.curves.size(); ++index) {
        const Curve& curve = figure.curves[index];
        const DrawnCurve drawn(curve, figure.log_y && !curve.on_right, x_range, curve.on_right ? right_range : y_range);
        const std::string title = figure.curves.size() > 1 ? " title " + gnuplot_string(curve.name) : " notitle";
        data += to_text("$curve", index, " << SKEIN_END\n", drawn.data(), "SKEIN_END\n");
        elements += (index == 0 ? "" : ", ") + plot_element(drawn, index, title);
    }
    if (elements.empty()) elements = "NaN notitle";
    return to_text(kSettings, labels_of(figure), linear_range("x", x_range), y_axis(figure, y_range),
                   right_axis(figure, right_range), data, "plot ", elements, "\n");
}

}  // namespace

bool can_draw_figures() { return files::find_gnuplot().has_value(); }

void draw(const std::filesystem::path& path, const LineFigure& figure) {
    for (const Curve& curve : figure.curves) {
        if (curve.x.size() == curve.y.size()) continue;
        throw std::invalid_argument(to_text("draw: curve '", curve.name, "' has ", curve.x.size(), " x and ",
                                            curve.y.size(), " y: expected as many of both"));
    }
    files::OutputFile picture(path);
    files::run_gnuplot(path, script_of(figure), picture);
    picture.publish();
}

void draw(const std::filesystem::path& path, const MapFigure& figure) {
    files::require_drawable(figure);
    write_picture(path, files::draw_map(path, figure));
}

}  // namespace skein
