/// Text for reading, as it is or compressed with gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

namespace skein::internal::files {

class TextInput {
public:
    /// Opens the file, or standard input for "-". Throws FileError as InputFile does.
    explicit TextInput(const std::filesystem::path& path);
    TextInput(TextInput&&) noexcept;
    TextInput& operator=(TextInput&&) noexcept;
    ~TextInput();

    /// "standard input", or the file: as errors name it.
    const std::filesystem::path& path() const noexcept;

    /// Reads the next bytes of the text, up to bytes.size() of them. Returns how many: 0 at its end. Throws FileError for
    /// damaged or truncated gzip.
    std::size_t read(std::span<char> bytes);

    /// The part of the file that has been read, from 0 to 1; empty if its size is unknown.
    std::optional<double> fraction_read() const noexcept;

private:
    class Source;
    std::unique_ptr<Source> source_;
};

}  // namespace skein::internal::files
