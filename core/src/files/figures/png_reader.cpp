#include "files/figures/png_reader.hpp"

#include <png.h>

#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

#include "files/io/file_error.hpp"
#include "files/io/stream.hpp"

namespace skein::internal::files {

Picture read_png(const std::filesystem::path& target, const OutputFile& file) {
    const Stream stream = open_stream(target, file.descriptor(), "rb");
    std::rewind(stream.get());
    // libpng's simplified interface handles its own long jumps and frees its memory.
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    const auto require = [&](int is_done) {
        if (is_done == 0) fail(target, "cannot be drawn: libpng says: ", std::string_view(image.message));
    };
    require(png_image_begin_read_from_stdio(&image, stream.get()));
    image.format = PNG_FORMAT_RGB;
    Picture picture{image.width, image.height, std::vector<Rgb>(std::size_t{image.width} * image.height)};
    const png_color white{255, 255, 255};
    const auto upwards = -static_cast<png_int_32>(sizeof(Rgb) * picture.width);
    require(png_image_finish_read(&image, &white, picture.pixels.data(), upwards, nullptr));
    return picture;
}

}  // namespace skein::internal::files
