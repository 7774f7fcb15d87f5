/// Pictures of pixels, as PNG files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace skein {

/// A colour of the sRGB colour space.
struct Rgb {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;

    bool operator==(const Rgb&) const = default;
};

struct Picture {
    std::size_t width = 0;
    std::size_t height = 0;
    std::vector<Rgb> pixels;  ///< [height x width], row by row; row 0 is at the bottom
};

/// Writes a PNG of 8 bits per colour, whole or not at all. Throws std::invalid_argument unless there are width x height
/// pixels, each from 1 to 1,000,000; FileError if writing fails.
void write_picture(const std::filesystem::path& path, const Picture& picture);

}  // namespace skein
