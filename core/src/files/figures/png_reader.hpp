/// PNG pictures that are read back.
#pragma once

#include <filesystem>

#include "files/io/output_file.hpp"
#include "skein/files/picture.hpp"

namespace skein::internal::files {

/// The PNG that another program has written into `file`, on white where it is transparent. Throws FileError about
/// `target` for anything else.
Picture read_png(const std::filesystem::path& target, const OutputFile& file);

}  // namespace skein::internal::files
