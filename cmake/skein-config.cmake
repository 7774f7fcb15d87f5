include(CMakeFindDependencyMacro)
find_dependency(OpenMP COMPONENTS CXX)
find_dependency(PNG)
include(${CMAKE_CURRENT_LIST_DIR}/skein_targets.cmake)
