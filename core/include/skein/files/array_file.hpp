/// .npy files that are filled piece by piece, larger than memory where need be; NumPy may map them meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace skein {

/// What an array consists of; in NumPy's words |b1, |u1, <u8, <i8, <f4, <f8.
enum class ElementType : std::uint8_t { boolean, uint8, uint64, int64, float32, float64 };

/// Bytes of the .npy file of such an array, header included. Throws std::invalid_argument for more than a file can
/// have (2^63 - 1), and for more than 32 dimensions.
std::uint64_t array_file_bytes(ElementType type, std::span<const std::size_t> shape);

/// Bytes that are free, for a user without privileges, on the file system of `path` or, where there is no such file or
/// directory, of its nearest parent that exists. Throws FileError where that cannot be known.
std::uint64_t free_bytes(const std::filesystem::path& path);

/// An array in a .npy file of format version 1.0, in C order: the last index of the shape runs fastest, and elements
/// are counted from 0 in this order. All failures are FileErrors that name the file. Different elements may be written
/// and read from several threads at once.
class ArrayFile {
public:
    /// A new file of zeros. It takes the place of a regular file of that name once it has all its room on the disk, so
    /// that a full disk is an error here, which says how large the file would be, and not in the middle of the work.
    /// (Some file systems cannot reserve room: there it may be.) Data start at a multiple of 64 bytes.
    static ArrayFile create(const std::filesystem::path& path, ElementType type, std::span<const std::size_t> shape);

    /// A file that is there, for going on. Refuses one of another type, shape or size.
    static ArrayFile open(const std::filesystem::path& path, ElementType type, std::span<const std::size_t> shape);

    ArrayFile(ArrayFile&&) noexcept;
    ArrayFile& operator=(ArrayFile&&) noexcept;
    ~ArrayFile();

    const std::filesystem::path& path() const noexcept;
    std::uint64_t num_elements() const noexcept;

    /// Writes the elements from `first_element` on. T is std::uint8_t for boolean (each 0 or 1) and uint8,
    /// std::uint64_t, std::int64_t, float or double, as the array's type is.
    template <class T>
    void write(std::uint64_t first_element, std::span<const T> elements);

    /// Reads the elements from `first_element` on; T as for write().
    template <class T>
    void read(std::uint64_t first_element, std::span<T> elements) const;

    /// Returns when all that was written is on the disk. A sync that failed must not be tried again: the next one may
    /// succeed though the data are lost.
    void sync();

private:
    struct State;
    explicit ArrayFile(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};

}  // namespace skein
