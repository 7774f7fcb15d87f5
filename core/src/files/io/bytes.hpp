/// Numbers in binary files: little-endian, one after the other.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "files/io/file_error.hpp"

namespace skein::internal::files {

static_assert(std::endian::native == std::endian::little, "the numbers are copied as they are");

template <class Number>
void put(std::string& bytes, std::span<const Number> numbers) {
    bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
}
template <class Number>
void put(std::string& bytes, Number number) {
    static_assert(sizeof(Number) == 8);
    put(bytes, std::span<const Number>(&number, 1));
}

/// Takes numbers from the front of what is left of a file. Throws FileError about the file if there are not enough.
class ByteReader {
public:
    /// Both must outlive the reader.
    ByteReader(const std::filesystem::path& path, std::string_view bytes) : path_(path), rest_(bytes) {}

    template <class Number>
    void take(std::span<Number> numbers) {
        const std::string_view bytes = take_bytes(numbers.size_bytes());
        if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    }
    template <class Number>
    Number take() {
        Number number;
        take(std::span<Number>(&number, 1));
        return number;
    }
    /// A count of items, each of which takes at least `bytes_each` of the rest.
    std::size_t take_count(std::size_t bytes_each) {
        const auto count = take<std::uint64_t>();
        if (count > rest_.size() / bytes_each) fail_short();
        return static_cast<std::size_t>(count);
    }
    std::string_view take_bytes(std::size_t count) {
        if (rest_.size() < count) fail_short();
        const std::string_view bytes = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return bytes;
    }
    void require_end() const {
        if (!rest_.empty()) fail(path_, "is damaged: it holds more than it says");
    }

private:
    [[noreturn]] void fail_short() const { fail(path_, "is damaged: it holds less than it says"); }

    const std::filesystem::path& path_;
    std::string_view rest_;
};

}  // namespace skein::internal::files
