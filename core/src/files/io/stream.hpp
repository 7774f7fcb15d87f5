/// C streams, for libraries that want one.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>

namespace skein::internal::files {

struct CloseStream {
    void operator()(std::FILE* stream) const noexcept { std::fclose(stream); }
};
using Stream = std::unique_ptr<std::FILE, CloseStream>;

/// A stream over a copy of `descriptor`, which stays open. Throws FileError about `target`.
Stream open_stream(const std::filesystem::path& target, int descriptor, const char* mode);

}  // namespace skein::internal::files
