#include "sweep_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "numbers.hpp"
#include "skein/files/array_file.hpp"
#include "skein/files/colours.hpp"
#include "skein/files/figure.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/picture.hpp"
#include "streams.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 26;
constexpr std::size_t kMaxPictures = 1000;
constexpr std::size_t kStripHeight = 32;      // of a picture over a single axis
constexpr std::size_t kRecordedHeight = 512;  // rows of a picture of recorded losses
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The numbers that a picture shows.
struct Map {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<double> values;       // [height x width]
    std::vector<std::uint8_t> side;   // of trainability, else empty
    double y_from = 0.0, y_to = 1.0;  // of recorded losses
};

/// Which axes a picture has, and how far apart the points along each axis are in the arrays.
struct Layout {
    std::vector<const Axis*> axes;
    std::vector<std::uint64_t> distance;
    std::vector<std::size_t> shown;  // at most two, then those that there is a picture for each point of
    std::vector<std::size_t> reduced;

    explicit Layout(const std::vector<Axis>& all) {
        std::uint64_t next = 1;
        for (std::size_t axis = 0; axis < all.size(); ++axis) {
            axes.push_back(&all[axis]);
            distance.push_back(next);
            next *= all[axis].num_points;
            (all[axis].reduction == Reduction::none ? shown : reduced).push_back(axis);
        }
    }
    std::size_t size(std::size_t place) const { return place < shown.size() ? axes[shown[place]]->num_points : 1; }
    std::uint64_t step(std::size_t place) const { return place < shown.size() ? distance[shown[place]] : 0; }
    std::size_t num_pictures() const {
        std::size_t count = 1;
        for (std::size_t place = 2; place < shown.size(); ++place) count *= size(place);
        return count;
    }
    /// Of the first point of a picture.
    std::uint64_t begin_of(std::size_t picture) const {
        std::uint64_t index = 0;
        for (std::size_t place = 2; place < shown.size(); ++place) {
            index += picture % size(place) * step(place);
            picture /= size(place);
        }
        return index;
    }
    /// The points that become one, relative to the first.
    std::vector<std::uint64_t> reduced_offsets() const {
        std::vector<std::uint64_t> offsets{0};
        for (const std::size_t axis : reduced) {
            std::vector<std::uint64_t> more;
            for (std::size_t point = 0; point < axes[axis]->num_points; ++point) {
                for (const std::uint64_t offset : offsets) more.push_back(offset + point * distance[axis]);
            }
            offsets = std::move(more);
        }
        return offsets;
    }
    Reduction reduction() const { return reduced.empty() ? Reduction::none : axes[reduced[0]]->reduction; }
};

/// A whole array of the sweep, as doubles.
template <class T>
std::vector<double> read_array(const std::filesystem::path& directory, std::string_view name, ElementType type,
                               const std::vector<std::size_t>& shape) {
    const ArrayFile file = ArrayFile::open(directory / name, type, shape);
    std::vector<T> elements(static_cast<std::size_t>(file.num_elements()));
    file.template read<T>(0, std::span<T>(elements));
    return {elements.begin(), elements.end()};
}

std::vector<std::size_t> shape_of(const std::vector<Axis>& axes) {
    std::vector<std::size_t> shape;
    for (const Axis& axis : axes) shape.insert(shape.begin(), axis.num_points);
    return shape;
}

std::vector<double> read_quantity(const std::filesystem::path& directory, Quantity quantity,
                                  const std::vector<std::size_t>& shape) {
    switch (quantity) {
        case Quantity::loss: return read_array<double>(directory, "loss.npy", ElementType::float64, shape);
        case Quantity::steps: return read_array<std::uint64_t>(directory, "steps.npy", ElementType::uint64, shape);
        case Quantity::converged: {
            std::vector<double> values = read_array<std::uint8_t>(directory, "status.npy", ElementType::uint8, shape);
            for (double& value : values) value = value == static_cast<double>(Status::converged) ? 1.0 : 0.0;
            return values;
        }
        case Quantity::trainability:
        case Quantity::learned:
        case Quantity::recorded: break;
    }
    return read_array<std::uint8_t>(directory, "loss_decreased.npy", ElementType::boolean, shape);
}

/// As numpy.median: NaN where one of them is, which has no place in an order. Changes the order of `values`.
double median(std::vector<double>& values) {
    if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
        return kNan;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return values.size() % 2 == 1 ? *middle : std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double reduced(std::vector<double>& values, Reduction reduction) {
    if (reduction == Reduction::median) {
        return median(values);
    }
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

/// A quantity over the first two axes that are shown, reduced over others.
Map make_map(const Layout& layout, std::uint64_t begin, const std::vector<double>& all) {
    Map map{layout.size(0), layout.size(1), {}, {}};
    const std::vector<std::uint64_t> offsets = layout.reduced_offsets();
    std::vector<double> values(offsets.size());
    map.values.reserve(map.width * map.height);
    for (std::size_t y = 0; y < map.height; ++y) {
        for (std::size_t x = 0; x < map.width; ++x) {
            const std::uint64_t at = begin + x * layout.step(0) + y * layout.step(1);
            std::ranges::transform(offsets, values.begin(), [&](std::uint64_t offset) { return all[at + offset]; });
            map.values.push_back(reduced(values, layout.reduction()));
        }
    }
    return map;
}

/// Learned chains by the sum of their normalised losses, the others by that of the inverses: large near the boundary.
Map make_trainability(const std::filesystem::path& directory, const Layout& layout, std::uint64_t begin,
                      const std::vector<std::size_t>& shape) {
    const auto of = [&](std::string_view name) {
        return make_map(layout, begin, read_array<double>(directory, name, ElementType::float64, shape)).values;
    };
    Map map = make_map(layout, begin, read_quantity(directory, Quantity::learned, shape));
    const std::vector<double> learned = of("normalised_loss_sum.npy");
    const std::vector<double> not_learned = of("inverse_loss_sum.npy");
    for (std::size_t at = 0; at < map.values.size(); ++at) {
        map.side.push_back(map.values[at] != 0.0 ? 1 : 0);
        map.values[at] = map.side.back() == 1 ? learned[at] : not_learned[at];
    }
    return map;
}

/// function(element, index) for all elements in their order, without all of them in memory.
template <class Function>
void for_each_element(const ArrayFile& file, const Function& function) {
    constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;
    std::vector<double> elements;
    for (std::uint64_t first = 0; first < file.num_elements(); first += kBlock) {
        elements.resize(static_cast<std::size_t>(std::min(kBlock, file.num_elements() - first)));
        file.read(first, std::span<double>(elements));
        for (std::size_t at = 0; at < elements.size(); ++at) function(elements[at], first + at);
    }
}

/// As many of the numbers, evenly spread, as values_at_ranks() takes of all of them.
std::vector<double> ranked_elements(const ArrayFile& file) {
    std::uint64_t num_members = 0, member = 0;
    for_each_element(file, [&](double value, std::uint64_t) { num_members += std::isnan(value) ? 0 : 1; });
    const std::uint64_t step = std::max<std::uint64_t>(1, (num_members + kMaxRanked - 1) / kMaxRanked);
    std::vector<double> values;
    for_each_element(file, [&](double value, std::uint64_t) {
        if (!std::isnan(value) && member++ % step == 0) values.push_back(value);
    });
    return values;
}

/// How often each loss was recorded over the first axis, in rows of equal height up to the 999th in a thousand
/// (a few that diverge would press the rest together).
Map make_recorded(const std::filesystem::path& directory, const Layout& layout, std::size_t num_records,
                  std::vector<std::size_t> shape) {
    shape.push_back(num_records);
    const ArrayFile file = ArrayFile::open(directory / "recorded_losses.npy", ElementType::float64, shape);
    Map map{layout.size(0), kRecordedHeight, std::vector<double>(layout.size(0) * kRecordedHeight, kNan), {}};
    const double ends[] = {0.0, 0.999};
    const std::vector<double> bounds = values_at_ranks(ranked_elements(file), ends);
    map.y_from = bounds[0];
    map.y_to = bounds[1] > bounds[0] ? bounds[1] : bounds[0] + 1.0;
    for_each_element(file, [&](double loss, std::uint64_t at) {
        const double row = (loss - map.y_from) / (map.y_to - map.y_from) * static_cast<double>(kRecordedHeight);
        if (row >= 0 && row < static_cast<double>(kRecordedHeight)) {
            const auto x = static_cast<std::size_t>(at / num_records / layout.step(0) % layout.size(0));
            double& count = map.values[static_cast<std::size_t>(row) * map.width + x];
            count = std::isnan(count) ? 1.0 : count + 1.0;
        }
    });
    return map;
}

bool is_fraction(Quantity quantity) { return quantity == Quantity::learned || quantity == Quantity::converged; }

/// A single row is repeated, so that there is something to see.
Picture make_picture(const Map& map, Quantity quantity) {
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

/// Ticks for the ascending values at these ranks, each where `place` puts its rank. Values that are equal, which have
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
ColourBar two_sided_bar(const Map& map) {
    ColourBar bar;
    const bool is_low = 5 * map.height < 3 * map.width;  // too low for many words
    bar.label = is_low ? "red: not learned, blue: learned"
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

ColourBar make_bar(const Map& map, Quantity quantity) {
    if (quantity == Quantity::trainability) {
        return two_sided_bar(map);
    }
    const std::vector<double> ranks{0.0, 0.25, 0.5, 0.75, 1.0};
    ColourBar bar = ramp_bar(quantity == Quantity::learned     ? "fraction whose loss decreased"
                             : quantity == Quantity::converged ? "fraction that converged"
                             : quantity == Quantity::recorded  ? "times that a loss was recorded"
                             : quantity == Quantity::loss      ? "final loss"
                                                               : "steps");
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

MapFigure make_figure(const Layout& layout, const Map& map, Picture picture, Quantity quantity,
                      const std::string& title) {
    const Edges x = edges_of(*layout.axes[layout.shown[0]]);
    Edges y;
    if (quantity == Quantity::recorded) {
        y = {map.y_from, map.y_to, false, "loss of the last steps"};
    } else if (layout.shown.size() > 1) {
        y = edges_of(*layout.axes[layout.shown[1]]);
    }
    const bool has_y = quantity == Quantity::recorded || layout.shown.size() > 1;
    return {
        title, x.label, y.label, x.from, x.to, x.log, y.from, y.to, y.log, std::move(picture), make_bar(map, quantity),
        has_y};
}

std::string numbered(const std::string& name, std::size_t picture, std::size_t num_pictures) {
    if (num_pictures == 1) {
        return name + ".png";
    }
    const std::string number = std::to_string(picture);
    return name + "_" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number + ".png";
}

template <class Scalar>
Map read_map(const std::filesystem::path& directory, const SweepJob<Scalar>& job, const Layout& layout,
             std::size_t picture) {
    const std::vector<std::size_t> shape = shape_of(job.axes);
    const std::uint64_t begin = layout.begin_of(picture);
    switch (job.quantity) {
        case Quantity::trainability: return make_trainability(directory, layout, begin, shape);
        case Quantity::recorded:
            return make_recorded(directory, layout, job.sweep.settings().recorded_steps.size(), shape);
        case Quantity::learned:
        case Quantity::converged:
        case Quantity::loss:
        case Quantity::steps: break;
    }
    return make_map(layout, begin, read_quantity(directory, job.quantity, shape));
}

}  // namespace

template <class Scalar>
std::vector<std::string> draw_sweep(const std::filesystem::path& directory, const SweepJob<Scalar>& job,
                                    const std::string& title, bool quiet) {
    const Layout layout(job.axes);
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
            const Map map = read_map(directory, job, layout, picture);
            Picture pixels = make_picture(map, job.quantity);
            write_picture(directory / numbered("picture", picture, num_pictures), pixels);
            names.push_back(numbered("picture", picture, num_pictures));
            if (can_draw_figures()) {
                draw(directory / numbered("figure", picture, num_pictures),
                     make_figure(layout, map, std::move(pixels), job.quantity, title));
                names.push_back(numbered("figure", picture, num_pictures));
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
