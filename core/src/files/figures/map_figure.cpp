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
#include "files/figures/map_layout.hpp"
#include "files/figures/png_reader.hpp"
#include "files/io/file_error.hpp"
#include "files/io/output_file.hpp"

namespace skein::internal::files {
namespace {

constexpr std::size_t kLargestExtent = 16'384;
/// gnuplot's arithmetic on axes has these limits.
constexpr double kLargestDrawn = 1e300;
constexpr double kSmallestDrawn = 1e-300;
constexpr Rgb kFrameColour{77, 77, 77};

std::string screen_share(std::size_t part, std::size_t whole) {
    return to_text(static_cast<double>(part) / static_cast<double>(whole));
}

std::string settings_of(const Layout& layout) {
    const std::string size = to_text("size ", layout.width, ",", layout.height, " font \"sans,13\" fontscale ",
                                     layout.size, " linewidth ", layout.size);
    return to_text("set encoding utf8\nif (strstrt(GPVAL_TERMINALS, \"pngcairo\")) { set terminal pngcairo enhanced ",
                   size, " }\nif (!strstrt(GPVAL_TERMINALS, \"pngcairo\")) { set terminal png enhanced ", size,
                   " }\nset lmargin at screen ", screen_share(layout.map.left, layout.width),
                   "\nset rmargin at screen ", screen_share(layout.map.right(), layout.width),
                   "\nset bmargin at screen ", screen_share(layout.map.bottom, layout.height),
                   "\nset tmargin at screen ", screen_share(layout.map.top(), layout.height),
                   "\nset linetype 1 linecolor rgb \"#4d4d4d\" linewidth 1\nset border 0 linetype 1\n"
                   "set tics nomirror out textcolor rgb \"black\"\nunset key\n");
}

std::string axis_of(std::string_view name, double from, double to, bool is_log, const std::string& label) {
    const AxisTics axis = axis_tics(from, to, is_log);
    return to_text(axis_commands(name, from, to, axis), "set ", name, "label ", gnuplot_string(label + axis.unit),
                   " noenhanced\n");
}

std::string bar_of(const Layout& layout, const ColourBar& bar) {
    const auto screen = [&](std::size_t x, std::size_t y) {
        return to_text("screen ", screen_share(x, layout.width), ", ", screen_share(y, layout.height));
    };
    std::string commands;
    for (const ColourBar::Tick& tick : bar.ticks) {
        const std::size_t y =
            layout.bar.bottom + static_cast<std::size_t>(tick.position * static_cast<double>(layout.bar.height));
        commands += to_text("set arrow from ", screen(layout.bar.right(), y), " to ",
                            screen(layout.bar.right() + layout.pixels(7), y), " nohead linetype 1\nset label ",
                            gnuplot_string(tick.text), " at ", screen(layout.bar.right() + layout.pixels(12), y),
                            " left noenhanced\n");
    }
    if (bar.label.empty()) return commands;
    return to_text(commands, "set label ", gnuplot_string(bar.label), " at ",
                   screen(layout.width - layout.pixels(20), layout.bar.bottom + layout.bar.height / 2),
                   " center rotate by 90 noenhanced\n");
}

std::string script_of(const MapFigure& figure, const Layout& layout) {
    return to_text(settings_of(layout), "set title ", gnuplot_string(figure.title), " noenhanced\n",
                   axis_of("x", figure.x_from, figure.x_to, figure.x_log, figure.x_label),
                   figure.has_y_tics ? axis_of("y", figure.y_from, figure.y_to, figure.y_log, figure.y_label)
                                     : "set yrange [0:1]\nunset ytics\n",
                   layout.bar.width > 0 ? bar_of(layout, figure.colour_bar) : "", "plot NaN notitle\n");
}

void fill(Picture& canvas, const Box& box, const Rgb& colour) {
    for (std::size_t row = box.bottom; row < box.top(); ++row) {
        std::fill_n(canvas.pixels.begin() + std::ptrdiff_t(row * canvas.width + box.left), box.width, colour);
    }
}

/// Fills the box with the picture, each of whose pixels becomes a rectangle, and draws a frame around it.
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
    const bool is_order_wrong = is_drawable(from) && is_drawable(to);
    const std::string expected = is_order_wrong
                                     ? to_text("a larger number than the first", is_log ? ", which is positive" : "")
                                     : to_text("bounds of a size from 1e-300 to 1e300", is_log ? "" : ", or 0");
    throw std::invalid_argument(
        to_text("draw: the ", name, " axis goes from ", from, " to ", to, ": expected ", expected));
}

}  // namespace

void require_drawable(const MapFigure& figure) {
    const Picture& picture = figure.picture;
    const auto is_extent = [](std::size_t extent) { return extent >= 1 && extent <= kLargestExtent; };
    if (!is_extent(picture.width) || !is_extent(picture.height) ||
        picture.pixels.size() != picture.width * picture.height) {
        throw std::invalid_argument(to_text("draw: a picture of ", picture.width, " x ", picture.height, " has ",
                                            picture.pixels.size(), " pixels: expected width x height, each from 1 to ",
                                            kLargestExtent));
    }
    require_axis("x", figure.x_from, figure.x_to, figure.x_log);
    require_axis("y", figure.y_from, figure.y_to, figure.y_log);
    for (const ColourBar::Tick& tick : figure.colour_bar.ticks) {
        if (tick.position >= 0.0 && tick.position <= 1.0) continue;
        throw std::invalid_argument(
            to_text("draw: a tick of the colour bar is at ", tick.position, ": expected 0 to 1"));
    }
}

Picture draw_map(const std::filesystem::path& target, const MapFigure& figure) {
    const Layout layout = layout_of(figure);
    const OutputFile drawn(target);  // never published
    run_gnuplot(target, script_of(figure, layout), drawn);
    Picture canvas = read_png(target, drawn);
    if (canvas.width != layout.width || canvas.height != layout.height) {
        fail(target, "cannot be drawn: gnuplot drew ", canvas.width, " x ", canvas.height, " pixels: expected ",
             layout.width, " x ", layout.height);
    }
    const std::size_t frame = layout.pixels(1);
    paste(canvas, layout.map, frame, figure.picture);
    const std::vector<Rgb>& colours = figure.colour_bar.colours;
    if (!colours.empty()) paste(canvas, layout.bar, frame, {1, colours.size(), colours});
    return canvas;
}

}  // namespace skein::internal::files
