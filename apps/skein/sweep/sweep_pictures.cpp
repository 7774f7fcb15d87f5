#include "sweep/sweep_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <iterator>

#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "skein/files/colours.hpp"
#include "skein/files/figure.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/picture.hpp"
#include "sweep/sweep_map.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 26;
constexpr std::size_t kMaxPictures = 1000;
constexpr std::size_t kStripHeight = 32;  // of a picture over a single axis

bool is_fraction(Quantity quantity) { return quantity == Quantity::learned || quantity == Quantity::converged; }

/// A single row is repeated, so that there is something to see.
Picture make_picture(const SweepMap& map, Quantity quantity) {
    Picture picture{map.width, map.height, {}};
    if (!map.side.empty()) {
        picture.pixels = two_sided_colours(map.values, map.side);
    } else if (is_fraction(quantity)) {
        std::ranges::transform(map.values, std::back_inserter(picture.pixels), one_sided_colour);
    } else {
        picture.pixels = one_sided_colours(map.values);
    }
    if (quantity == Quantity::recorded) {
        for (std::size_t at = 0; at < map.values.size(); ++at) {
            if (std::isnan(map.values[at])) picture.pixels[at] = Rgb{0, 0, 0};
        }
    }
    if (map.height == 1) {
        const std::vector<Rgb> row = picture.pixels;
        for (picture.height = 1; picture.height < kStripHeight; ++picture.height) {
            picture.pixels.insert(picture.pixels.end(), row.begin(), row.end());
        }
    }
    return picture;
}

constexpr std::size_t kBarColours = 256;

ColourBar ramp_bar(const std::string& label) {
    ColourBar bar;
    for (std::size_t index = 0; index < kBarColours; ++index) {
        bar.colours.push_back(one_sided_colour(static_cast<double>(index) / (kBarColours - 1)));
    }
    bar.label = label;
    return bar;
}

/// Ticks for the ascending values at these ranks, each where `place` puts its rank. Equal values, which have
/// one colour, have one tick in the middle of their ranks; the others have digits enough to differ.
template <class Place>
void add_ticks(ColourBar& bar, const std::vector<double>& ranks, const std::vector<double>& values,
               const Place& place) {
    constexpr int kDigits = 3;
    for (std::size_t first = 0, end = 0; first < ranks.size() && !std::isnan(values[first]); first = end) {
        const double value = values[first];
        for (end = first + 1; end < ranks.size() && values[end] == value;) ++end;
        int digits = kDigits;
        if (first != 0) digits = std::max(digits, digits_apart(values[first - 1], value, kDigits));
        if (end != ranks.size()) digits = std::max(digits, digits_apart(value, values[end], kDigits));
        bar.ticks.push_back({place((ranks[first] + ranks[end - 1]) / 2), rounded(value, digits)});
    }
}

/// Upwards: chains that did not learn, from fast to slow to fail, then those that did, from slow to fast.
ColourBar two_sided_bar(const SweepMap& map) {
    ColourBar bar;
    const bool is_low = 5 * map.height < 3 * map.width;  // too low for many words
    bar.label = is_low ? "blue: learned, orange: not"
                       : "not learned: sum of first loss / loss     learned: sum of loss / first loss";
    const std::vector<double> ranks{0.0, 0.25, 0.5, 0.75, 1.0};
    const std::vector<double> lost = values_at_ranks(map.values, map.side, 0, ranks);
    const std::vector<double> learned = values_at_ranks(map.values, map.side, 1, ranks);
    constexpr std::size_t kHalf = kBarColours / 2;
    for (std::size_t index = 0; index < kHalf; ++index) {
        bar.colours.push_back(side_colour(0, static_cast<double>(index) / (kHalf - 1)));
    }
    for (std::size_t index = kHalf; index-- > 0;) {
        bar.colours.push_back(side_colour(1, static_cast<double>(index) / (kHalf - 1)));
    }
    add_ticks(bar, ranks, lost, [](double rank) { return 0.5 * rank; });
    add_ticks(bar, ranks, learned, [](double rank) { return 1.0 - 0.5 * rank; });
    // Where both sides meet there is no room for two.
    std::erase_if(bar.ticks, [](const ColourBar::Tick& tick) { return tick.position == 0.5; });
    return bar;
}

std::string column_in_words(std::string_view name) {
    std::string text;
    for_each_column({}, [&](const auto& column) {
        if (column.name == name) text = column.text;
    });
    return text;
}

ColourBar make_bar(const SweepMap& map, Quantity quantity, std::string_view column) {
    if (quantity == Quantity::trainability) {
        return two_sided_bar(map);
    }
    const std::vector<double> ranks{0.0, 0.25, 0.5, 0.75, 1.0};
    ColourBar bar = ramp_bar(quantity == Quantity::learned     ? "fraction whose loss decreased"
                             : quantity == Quantity::converged ? "fraction that converged"
                             : quantity == Quantity::recorded  ? "times that a loss was recorded"
                                                               : column_in_words(column));
    const std::vector<double> values = is_fraction(quantity) ? ranks : values_at_ranks(map.values, ranks);
    add_ticks(bar, ranks, values, [](double rank) { return rank; });
    return bar;
}

struct Edges {
    double from = 0.0, to = 1.0;
    bool log = false;
    std::string label;
};

/// The outer edges of the first and last pixel along an axis, whose points are the middles of theirs.
Edges edges_of(const Axis& axis) {
    const std::size_t count = axis.num_points;
    const double from = axis.scale == AxisScale::values ? 0.5 : axis.from;
    const double to = axis.scale == AxisScale::values ? static_cast<double>(count) + 0.5 : axis.to;
    Edges edges{from, to, axis.scale == AxisScale::log10, axis.parameter.name()};
    if (axis.scale == AxisScale::values) {
        const auto step = axis.values.size() > 1 ? axis.values[1] - axis.values[0] : 1.0;
        bool is_even = step > 0;
        for (std::size_t at = 1; at < count; ++at) is_even &= axis.values[at] - axis.values[at - 1] == step;
        if (is_even) return {axis.values[0] - step / 2, axis.values.back() + step / 2, false, edges.label};
        edges.label += " (number of the value)";
        return edges;
    }
    const double half = 0.5 / static_cast<double>(std::max<std::size_t>(1, count - 1));
    if (edges.log) {
        const double ratio = std::pow(to / from, half);
        return {from / ratio, to * ratio, true, edges.label};
    }
    const double width = count > 1 ? (to - from) * half : 0.5;
    return {from - width, to + width, false, edges.label};
}

MapFigure make_figure(const MapLayout& layout, const SweepMap& map, Picture picture, Quantity quantity,
                      std::string_view column, const std::string& title) {
    const Edges x = edges_of(*layout.axes[layout.shown[0]]);
    Edges y;
    if (quantity == Quantity::recorded) {
        y = {map.y_from, map.y_to, false, "loss of the last steps"};
    } else if (layout.shown.size() > 1) {
        y = edges_of(*layout.axes[layout.shown[1]]);
    }
    const bool has_y = quantity == Quantity::recorded || layout.shown.size() > 1;
    return {title,
            x.label,
            y.label,
            x.from,
            x.to,
            x.log,
            y.from,
            y.to,
            y.log,
            std::move(picture),
            make_bar(map, quantity, column),
            has_y};
}

std::string numbered(const std::string& name, std::size_t picture, std::size_t num_pictures) {
    if (num_pictures == 1) {
        return name + ".png";
    }
    const std::string number = std::to_string(picture);
    return name + "_" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number + ".png";
}

}  // namespace

template <class Scalar>
std::vector<std::string> draw_sweep(const std::filesystem::path& directory, const SweepJob<Scalar>& job,
                                    const std::string& title, bool quiet) {
    const MapLayout layout(job.axes);
    const auto warn = [&](const std::string& message) {
        if (!quiet) write_warning(message);
    };
    const std::size_t num_pictures = job.quantity == Quantity::recorded ? 1 : layout.num_pictures();
    if (layout.shown.empty() || num_pictures > kMaxPictures || job.sweep.num_points() > kMaxPixels) {
        warn(layout.shown.empty()          ? "picture.png is not drawn: every axis is reduced"
             : num_pictures > kMaxPictures ? "no pictures are drawn: there would be " + grouped(num_pictures)
                                           : "picture.png is not drawn: more than " + grouped(kMaxPixels) + " points");
        return {};
    }
    if (!can_draw_figures()) {
        warn("figure.png is not drawn: gnuplot is not installed (Debian: gnuplot-nox)");
    }
    std::vector<std::string> names;
    try {
        for (std::size_t picture = 0; picture < num_pictures; ++picture) {
            const SweepMap map = read_map(directory, job, layout, picture);
            const Picture pixels = make_picture(map, job.quantity);
            const std::string name_of_figure = numbered("figure", picture, num_pictures);
            std::future<void> figure;  // gnuplot draws it while the picture is written
            if (can_draw_figures()) {
                figure = std::async([&] {
                    draw(directory / name_of_figure, make_figure(layout, map, pixels, job.quantity, job.column, title));
                });
            }
            const std::string name = numbered("picture", picture, num_pictures);
            write_picture(directory / name, pixels);
            names.push_back(name);
            if (figure.valid()) {
                figure.get();
                names.push_back(name_of_figure);
            }
        }
    } catch (const FileError& error) {
        write_warning(error.what());
    } catch (const std::invalid_argument& error) {
        warn(std::string("a picture is not drawn: ") + error.what());
    }
    return names;
}
template std::vector<std::string> draw_sweep(const std::filesystem::path&, const SweepJob<float>&, const std::string&,
                                             bool);
template std::vector<std::string> draw_sweep(const std::filesystem::path&, const SweepJob<double>&, const std::string&,
                                             bool);

}  // namespace skein::app
