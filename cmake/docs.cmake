# The target `docs`: pages of the public headers, by Doxygen, in <build>/docs/html. It is built only if asked for. A
# warning is an error.
find_package(Doxygen 1.9 QUIET)
if(NOT DOXYGEN_FOUND)
  message(FATAL_ERROR "SKEIN_BUILD_DOCS needs Doxygen: bash cmake/install_dependencies.sh --docs, or leave it OFF")
endif()

set(DOXYGEN_PROJECT_NAME skein)
set(DOXYGEN_PROJECT_NUMBER ${PROJECT_VERSION})
set(DOXYGEN_PROJECT_BRIEF ${PROJECT_DESCRIPTION})
set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/docs)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/core/include)
set(DOXYGEN_STRIP_FROM_INC_PATH ${PROJECT_SOURCE_DIR}/core/include)
# The comment at the top of a header describes the header.
set(DOXYGEN_INPUT_FILTER "sed '1s:^/// :/// @file\\n/// :'")
# The first sentence of a comment is its brief description.
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_EXTRACT_ALL YES)
set(DOXYGEN_HIDE_SCOPE_NAMES NO)
set(DOXYGEN_SORT_MEMBER_DOCS NO)
set(DOXYGEN_SHOW_USED_FILES NO)
set(DOXYGEN_BUILTIN_STL_SUPPORT YES)
set(DOXYGEN_MACRO_EXPANSION YES)
set(DOXYGEN_GENERATE_LATEX NO)
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)

set(DOXYGEN_USE_MDFILE_AS_MAINPAGE ${PROJECT_SOURCE_DIR}/core/docs/headers.md)
doxygen_add_docs(docs ${PROJECT_SOURCE_DIR}/core/include ${PROJECT_SOURCE_DIR}/core/docs/headers.md
  COMMENT "Writing ${DOXYGEN_OUTPUT_DIRECTORY}/html/index.html")
