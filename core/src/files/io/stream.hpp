/// C streams, for libraries that want one.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace skein::internal::files {

struct CloseStream {
    void operator()(std::FILE* stream) const noexcept { std::fclose(stream); }
};
using Stream = std::unique_ptr<std::FILE, CloseStream>;

/// A stream over a copy of `descriptor`, which stays open. Throws FileError about `target`.
Stream open_stream(const std::filesystem::path& target, int descriptor, const char* mode);

/// A temporary file without a name that holds `content`, to be read from its beginning. Throws FileError about
/// `target`.
Stream make_temporary(const std::filesystem::path& target, std::string_view content = {});

}  // namespace skein::internal::files
