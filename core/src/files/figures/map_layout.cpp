#include "files/figures/map_layout.hpp"

#include <algorithm>
#include <string_view>

namespace skein::internal::files {
namespace {

/// In pixels of the figure: small pictures are enlarged up to the first, and at least to the second.
constexpr std::size_t kWantedExtent = 800;
constexpr std::size_t kLeastExtent = 200;

std::size_t num_letters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

/// Pixels of the figure per pixel of the picture, so that `extent` of these are large enough.
std::size_t scale_of(std::size_t extent, std::size_t scale) {
    return extent * scale >= kLeastExtent ? scale : (kLeastExtent + extent - 1) / extent;
}

/// Room to the right of the bar, for a layout of size 1.
double bar_margin(const ColourBar& bar) {
    std::size_t most_letters = 0;
    for (const ColourBar::Tick& tick : bar.ticks) most_letters = std::max(most_letters, num_letters(tick.text));
    return 14.0 + 9.5 * static_cast<double>(most_letters) + (bar.label.empty() ? 12.0 : 44.0);
}

}  // namespace

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

}  // namespace skein::internal::files
