/// .npy files that are written and read piece by piece. They may be larger than memory, and NumPy may map them
/// meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace skein {

/// The type of the elements; NumPy calls them |b1, |u1, <u8, <i8, <f4, <f8.
enum class ElementType : std::uint8_t { boolean, uint8, uint64, int64, float32, float64 };

/// The size of the .npy file of such an array, in bytes, with its header. Throws std::invalid_argument if that is more
/// than a file can have (2^63 - 1), or if the array has more than 32 dimensions.
std::uint64_t array_file_bytes(ElementType type, std::span<const std::size_t> shape);

/// Free bytes, for a user without privileges, on the file system of `path` or of its nearest parent that exists. Throws
/// FileError if the system does not tell.
std::uint64_t free_bytes(const std::filesystem::path& path);

/// An array in a .npy file of format version 1.0. Elements are numbered from 0 in C order: the last index of the shape
/// runs fastest. Functions throw FileError, which names the file. Several threads may write and read different elements
/// at once.
class ArrayFile {
public:
    /// Makes a file of zeros, with all its room on the disk, so that a full disk is an error here and not in the middle
    /// of the work. (On a file system that cannot reserve, the error may come later.) The new file then replaces a
    /// regular file of that name. The data start at a multiple of 64 bytes.
    static ArrayFile create(const std::filesystem::path& path, ElementType type, std::span<const std::size_t> shape);

    /// Opens a file to continue it. Throws FileError if it has another type, shape or size.
    static ArrayFile open(const std::filesystem::path& path, ElementType type, std::span<const std::size_t> shape);

    ArrayFile(ArrayFile&&) noexcept;
    ArrayFile& operator=(ArrayFile&&) noexcept;
    ~ArrayFile();

    const std::filesystem::path& path() const noexcept;
    std::uint64_t num_elements() const noexcept;

    /// Writes elements from `first_element` on. T corresponds to the type of the array: std::uint8_t for boolean (0 or
    /// 1) and uint8, std::uint64_t, std::int64_t, float, double. Throws FileError for another T, and for elements
    /// beyond the end.
    template <class T>
    void write(std::uint64_t first_element, std::span<const T> elements);

    /// Reads elements from `first_element` on; T and errors as for write().
    template <class T>
    void read(std::uint64_t first_element, std::span<T> elements) const;

    /// Returns once everything written is on the disk. Do not retry a sync that failed: the next one may succeed
    /// although the data are lost.
    void sync();

private:
    struct State;
    explicit ArrayFile(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};

}  // namespace skein
