#include "files/figures/map_figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "files/figures/axis_tics.hpp"
#include "files/figures/gnuplot.hpp"
#include "files/figures/png_reader.hpp"
#include "files/io/file_error.hpp"
#include "files/io/output_file.hpp"

namespace skein::internal::files {
namespace {

/// Small pictures are drawn larger, up to this.
constexpr std::size_t kWantedExtent = 800;
constexpr std::size_t kLeastExtent = 200;
constexpr std::size_t kLargestExtent = 16'384;
/// gnuplot's arithmetic on axes has these limits.
constexpr double kLargestDrawn = 1e300;
constexpr double kSmallestDrawn = 1e-300;
constexpr Rgb kFrameColour{77, 77, 77};

/// In pixels, from the figure's left bottom corner.
struct Box {
    std::size_t left = 0;
    std::size_t bottom = 0;
    std::size_t width = 0;
    std::size_t height = 0;

    std::size_t right() const { return left + width; }
    std::size_t top() const { return bottom + height; }
};

struct Layout {
    double size = 1.0;  // of words, lines and margins; 1: words of 13 points
    std::size_t width = 0;
    std::size_t height = 0;
    Box map;
    Box bar;  // of no width: none

    std::size_t pixels(double length) const { return static_cast<std::size_t>(size * length); }
};

std::size_t num_letters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

/// Pixels of the figure for each of the picture's, so that `extent` of them are large enough.
std::size_t scale_of(std::size_t extent, std::size_t scale) {
    return extent * scale >= kLeastExtent ? scale : (kLeastExtent + extent - 1) / extent;
}

/// Room right of the bar, in units of the layout's size.
double bar_margin(const ColourBar& bar) {
    std::size_t most_letters = 0;
    for (const ColourBar::Tick& tick : bar.ticks) most_letters = std::max(most_letters, num_letters(tick.text));
    return 14.0 + 9.5 * static_cast<double>(most_letters) + (bar.label.empty() ? 12.0 : 44.0);
}

Layout layout_of(const MapFigure& figure) {
    const Picture& picture = figure.picture;
    const std::size_t scale = std::max<std::size_t>(1, kWantedExtent / std::max(picture.width, picture.height));
    Layout layout;
    layout.map.width = picture.width * scale_of(picture.width, scale);
    layout.map.height = picture.height * scale_of(picture.height, scale);
    const std::size_t extent = std::max(layout.map.width, layout.map.height);
    layout.size = std::max(1.0, static_cast<double>(extent) / kWantedExtent);
    layout.map.left = layout.pixels(112);
    layout.map.bottom = layout.pixels(72);
    layout.width = layout.map.right() + layout.pixels(44);
    layout.height = layout.map.top() + layout.pixels(figure.title.empty() ? 24 : 52);
    if (!figure.colour_bar.colours.empty()) {
        layout.bar = {layout.map.right() + layout.pixels(32), layout.map.bottom, layout.pixels(26), layout.map.height};
        layout.width = layout.bar.right() + layout.pixels(bar_margin(figure.colour_bar));
    }
    return layout;
}

std::string share(std::size_t part, std::size_t whole) {
    return to_text(static_cast<double>(part) / static_cast<double>(whole));
}

std::string settings_of(const Layout& layout) {
    const std::string size = "size " + std::to_string(layout.width) + "," + std::to_string(layout.height) +
                             " font \"sans,13\" fontscale " + to_text(layout.size) + " linewidth " +
                             to_text(layout.size);
    return "set encoding utf8\n"
           "if (strstrt(GPVAL_TERMINALS, \"pngcairo\")) { set terminal pngcairo enhanced " +
           size +
           " }\n"
           "if (!strstrt(GPVAL_TERMINALS, \"pngcairo\")) { set terminal png enhanced " +
           size +
           " }\n"
           "set lmargin at screen " +
           share(layout.map.left, layout.width) +
           "\n"
           "set rmargin at screen " +
           share(layout.map.right(), layout.width) +
           "\n"
           "set bmargin at screen " +
           share(layout.map.bottom, layout.height) +
           "\n"
           "set tmargin at screen " +
           share(layout.map.top(), layout.height) +
           "\n"
           "set linetype 1 linecolor rgb \"#4d4d4d\" linewidth 1\n"
           "set border 0 linetype 1\nset tics nomirror out textcolor rgb \"black\"\nunset key\n";
}

std::string axis_of(const std::string& name, double from, double to, bool is_log, const std::string& label) {
    const AxisTics axis = axis_tics(from, to, is_log);
    std::string tics;
    for (const Tic& tic : axis.tics) {
        tics += (tics.empty() ? "'" : ", '") + tic.name + "' " + to_text(tic.at) + (tic.name.empty() ? " 1" : " 0");
    }
    return (axis.is_log ? "set logscale " + name + "\n" : std::string()) + "set " + name + "range [" +
           (axis.is_log ? to_text(from) + ":" + to_text(to) : "0:1") + "]\nset " + name + "tics (" + tics + ")\nset " +
           name + "label " + gnuplot_string(label + axis.unit) + " noenhanced\n";
}

std::string bar_of(const Layout& layout, const ColourBar& bar) {
    std::string commands;
    const auto screen = [&](std::size_t x, std::size_t y) {
        return "screen " + share(x, layout.width) + ", " + share(y, layout.height);
    };
    for (const ColourBar::Tick& tick : bar.ticks) {
        const std::size_t y =
            layout.bar.bottom + static_cast<std::size_t>(tick.position * static_cast<double>(layout.bar.height));
        commands += "set arrow from " + screen(layout.bar.right(), y) + " to " +
                    screen(layout.bar.right() + layout.pixels(7), y) + " nohead linetype 1\nset label " +
                    gnuplot_string(tick.text) + " at " + screen(layout.bar.right() + layout.pixels(12), y) +
                    " left noenhanced\n";
    }
    if (bar.label.empty()) return commands;
    return commands + "set label " + gnuplot_string(bar.label) + " at " +
           screen(layout.width - layout.pixels(20), layout.bar.bottom + layout.bar.height / 2) +
           " center rotate by 90 noenhanced\n";
}

std::string script_of(const MapFigure& figure, const Layout& layout) {
    return settings_of(layout) + "set title " + gnuplot_string(figure.title) + " noenhanced\n" +
           axis_of("x", figure.x_from, figure.x_to, figure.x_log, figure.x_label) +
           (figure.has_y_tics ? axis_of("y", figure.y_from, figure.y_to, figure.y_log, figure.y_label)
                              : "set yrange [0:1]\nunset ytics\n") +
           (layout.bar.width > 0 ? bar_of(layout, figure.colour_bar) : "") + "plot NaN notitle\n";
}

void fill(Picture& canvas, const Box& box, const Rgb& colour) {
    for (std::size_t row = box.bottom; row < box.top(); ++row) {
        std::fill_n(canvas.pixels.begin() + std::ptrdiff_t(row * canvas.width + box.left), box.width, colour);
    }
}

/// The picture, its pixels as blocks, fills the box; a frame surrounds it.
void paste(Picture& canvas, const Box& box, std::size_t frame, const Picture& picture) {
    fill(canvas, {box.left - frame, box.bottom - frame, box.width + 2 * frame, box.height + 2 * frame}, kFrameColour);
    for (std::size_t row = 0; row < box.height; ++row) {
        const Rgb* const from = picture.pixels.data() + row * picture.height / box.height * picture.width;
        Rgb* const to = canvas.pixels.data() + (box.bottom + row) * canvas.width + box.left;
        for (std::size_t column = 0; column < box.width; ++column)
            to[column] = from[column * picture.width / box.width];
    }
}

void require_axis(const char* name, double from, double to, bool is_log) {
    const auto is_drawable = [](double value) {
        return value == 0.0 || (std::abs(value) >= kSmallestDrawn && std::abs(value) <= kLargestDrawn);
    };
    if (is_drawable(from) && is_drawable(to) && to - from >= kSmallestDrawn && (!is_log || from > 0.0)) return;
    const std::string begin =
        "draw: the " + std::string(name) + " axis goes from " + to_text(from) + " to " + to_text(to) + ": expected ";
    if (!is_drawable(from) || !is_drawable(to)) {
        throw std::invalid_argument(begin + "bounds of a size from 1e-300 to 1e300" + (is_log ? "" : ", or 0"));
    }
    throw std::invalid_argument(begin + "a larger number than the first" + (is_log ? ", which is positive" : ""));
}

}  // namespace

void require_drawable(const MapFigure& figure) {
    const Picture& picture = figure.picture;
    const auto is_extent = [](std::size_t extent) { return extent >= 1 && extent <= kLargestExtent; };
    if (!is_extent(picture.width) || !is_extent(picture.height) ||
        picture.pixels.size() != picture.width * picture.height) {
        throw std::invalid_argument("draw: a picture of " + std::to_string(picture.width) + " x " +
                                    std::to_string(picture.height) + " has " + std::to_string(picture.pixels.size()) +
                                    " pixels: expected width x height, each from 1 to " +
                                    std::to_string(kLargestExtent));
    }
    require_axis("x", figure.x_from, figure.x_to, figure.x_log);
    require_axis("y", figure.y_from, figure.y_to, figure.y_log);
    for (const ColourBar::Tick& tick : figure.colour_bar.ticks) {
        if (tick.position >= 0.0 && tick.position <= 1.0) continue;
        throw std::invalid_argument("draw: a tick of the colour bar is at " + to_text(tick.position) +
                                    ": expected 0 to 1");
    }
}

Picture draw_map(const std::filesystem::path& target, const MapFigure& figure) {
    const Layout layout = layout_of(figure);
    const OutputFile drawn(target);  // never published
    run_gnuplot(target, script_of(figure, layout), drawn);
    Picture canvas = read_png(target, drawn);
    if (canvas.width != layout.width || canvas.height != layout.height) {
        fail(target, "cannot be drawn: gnuplot drew " + std::to_string(canvas.width) + " x " +
                         std::to_string(canvas.height) + " pixels instead of " + std::to_string(layout.width) + " x " +
                         std::to_string(layout.height));
    }
    const std::size_t frame = layout.pixels(1);
    paste(canvas, layout.map, frame, figure.picture);
    const std::vector<Rgb>& colours = figure.colour_bar.colours;
    if (!colours.empty()) paste(canvas, layout.bar, frame, {1, colours.size(), colours});
    return canvas;
}

}  // namespace skein::internal::files
