#include "viz/backend/window.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>

#include "viz/backend/keys.hpp"
#include "viz/draw/fonts.hpp"

namespace kafkasim::viz {

namespace {

static_assert(native_keys[ImGuiKey_Tab] == GLFW_KEY_TAB && native_keys[ImGuiKey_LeftArrow] == GLFW_KEY_LEFT &&
              native_keys[ImGuiKey_RightArrow] == GLFW_KEY_RIGHT && native_keys[ImGuiKey_UpArrow] == GLFW_KEY_UP &&
              native_keys[ImGuiKey_DownArrow] == GLFW_KEY_DOWN && native_keys[ImGuiKey_PageUp] == GLFW_KEY_PAGE_UP &&
              native_keys[ImGuiKey_PageDown] == GLFW_KEY_PAGE_DOWN && native_keys[ImGuiKey_Home] == GLFW_KEY_HOME &&
              native_keys[ImGuiKey_End] == GLFW_KEY_END && native_keys[ImGuiKey_Insert] == GLFW_KEY_INSERT &&
              native_keys[ImGuiKey_Delete] == GLFW_KEY_DELETE && native_keys[ImGuiKey_Backspace] == GLFW_KEY_BACKSPACE &&
              native_keys[ImGuiKey_Space] == GLFW_KEY_SPACE && native_keys[ImGuiKey_Enter] == GLFW_KEY_ENTER &&
              native_keys[ImGuiKey_Escape] == GLFW_KEY_ESCAPE && native_keys[ImGuiKey_KeyPadEnter] == GLFW_KEY_KP_ENTER);

constexpr double frame_time = 1.0 / 60;   // seconds; where the display does not set the pace
constexpr double idle_wait = 0.25;
constexpr double unseen_work = 0.03;      // at a time, while nothing moves: an input is answered after that at the latest
constexpr double longest_step = 0.25;     // so much time passes at once at most: a window that stood still does not leap
constexpr int settling_frames = 3;        // ImGui answers an input in the frame behind, and measures new windows in another

std::string& last_glfw_error() {
  static std::string text;
  return text;
}

struct WindowPlace {
  int x{}, y{}, width{}, height{};
  int maximised{};
};

// Of width 0 if it is not known.
WindowPlace read_window_place(const std::string& path) {
  WindowPlace place;
  std::ifstream file{path};
  const bool read = static_cast<bool>(file >> place.x >> place.y >> place.width >> place.height >> place.maximised);
  const bool sane = place.width >= 320 && place.height >= 200 && place.width <= 32000 && place.height <= 32000;
  return read && sane ? place : WindowPlace{};
}

// A display may be gone since the window stood on it: its title must be within reach.
bool is_on_a_monitor(const WindowPlace& place) {
  int count = 0;
  GLFWmonitor** const monitors = glfwGetMonitors(&count);
  return std::any_of(monitors, monitors + count, [&](GLFWmonitor* monitor) {
    int x = 0, y = 0, width = 0, height = 0;
    glfwGetMonitorWorkarea(monitor, &x, &y, &width, &height);
    return place.x + place.width / 2 >= x && place.x + place.width / 2 < x + width && place.y >= y - 32 && place.y < y + height - 64;
  });
}

std::pair<int, int> usual_window_size() {
  constexpr std::pair<int, int> usual{1280, 800};
  GLFWmonitor* const monitor = glfwGetPrimaryMonitor();
  if (monitor == nullptr) return usual;
  float scale = 1;
  glfwGetMonitorContentScale(monitor, &scale, nullptr);
  int x = 0, y = 0, width = 0, height = 0;
  glfwGetMonitorWorkarea(monitor, &x, &y, &width, &height);
  const auto fit = [&](int points, int room) {
    const int pixels = static_cast<int>(std::lround(static_cast<float>(points) * std::max(1.0F, scale)));
    return room > 0 ? std::min(pixels, room * 9 / 10) : pixels;
  };
  return {fit(usual.first, width), fit(usual.second, height)};
}

}  // namespace

struct Window::State {
  GLFWwindow* window{};
  ImGuiContext* context{};
  std::string memory;
  std::optional<float> fixed_scale;
  float scale{0};
  std::optional<ThemeKind> kind;
  std::optional<Ui> ui;
  int lively{settling_frames};  // so many frames are drawn before it may wait
  bool glfw_backend{false};
  bool opengl_backend{false};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  [[nodiscard]] bool begin_imgui();
  void watch_inputs();
  static void stir(GLFWwindow* window);  // something happened to it
  void remember() const;
  void wear(const WindowWish& wish);
  [[nodiscard]] bool is_held() const;  // a key or a button is down
  void show(const Draw& draw);
};

Window::State::~State() {
  if (context != nullptr) {
    ImGui::SetCurrentContext(context);
    if (opengl_backend) ImGui_ImplOpenGL3_Shutdown();
    if (glfw_backend) ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext(context);
  }
  if (window != nullptr) glfwDestroyWindow(window);
  glfwTerminate();
}

void Window::State::stir(GLFWwindow* window) { static_cast<State*>(glfwGetWindowUserPointer(window))->lively = settling_frames; }

// Before ImGui's own callbacks, which call those that they find.
void Window::State::watch_inputs() {
  glfwSetWindowUserPointer(window, this);
  glfwSetKeyCallback(window, [](GLFWwindow* w, int, int, int, int) { stir(w); });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned) { stir(w); });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { stir(w); });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { stir(w); });
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { stir(w); });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int) { stir(w); });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int) { stir(w); });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { stir(w); });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { stir(w); });
  glfwSetWindowContentScaleCallback(window, [](GLFWwindow* w, float, float) { stir(w); });
}

bool Window::State::begin_imgui() {
  context = ImGui::CreateContext();
  ImGui::SetCurrentContext(context);
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
  glfw_backend = ImGui_ImplGlfw_InitForOpenGL(window, true);
  opengl_backend = glfw_backend && ImGui_ImplOpenGL3_Init("#version 150");
  return opengl_backend;
}

void Window::State::remember() const {
  if (memory.empty() || glfwGetWindowAttrib(window, GLFW_ICONIFIED) != 0) return;
  WindowPlace place = read_window_place(memory);
  place.maximised = glfwGetWindowAttrib(window, GLFW_MAXIMIZED);
  if (place.maximised == 0 || place.width == 0) {  // what a maximised one goes back to stays as it was
    glfwGetWindowPos(window, &place.x, &place.y);
    glfwGetWindowSize(window, &place.width, &place.height);
  }
  std::ofstream{memory} << place.x << ' ' << place.y << ' ' << place.width << ' ' << place.height << ' ' << place.maximised << '\n';
}

// Letters for the display that it stands on, and the theme's colours; only when they change.
void Window::State::wear(const WindowWish& wish) {
  float content = 1;
  glfwGetWindowContentScale(window, &content, nullptr);
  int points = 0, pixels = 0;
  glfwGetWindowSize(window, &points, nullptr);
  glfwGetFramebufferSize(window, &pixels, nullptr);
  if (points > 0 && pixels > points) content *= static_cast<float>(points) / static_cast<float>(pixels);  // ImGui counts as the window does
  const float wanted = std::clamp(fixed_scale.value_or(content) * wish.type, 0.5F, 8.0F);
  if (ui && wanted == scale && kind == wish.theme) return;
  Fonts fonts;
  if (ui && wanted == scale) {
    fonts = ui->fonts;
  } else {
    fonts = build_fonts(*ImGui::GetIO().Fonts, wanted);
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    if (ui) ImGui_ImplOpenGL3_CreateFontsTexture();  // the first time, its first frame does
  }
  scale = wanted;
  kind = wish.theme;
  ui.emplace(fonts, theme(wish.theme), scale);
  style_imgui(ImGui::GetStyle(), ui->theme, scale);
  lively = settling_frames;
}

bool Window::State::is_held() const {
  const ImGuiIO& io = ImGui::GetIO();
  const auto down = [](bool b) { return b; };
  return std::any_of(std::begin(io.MouseDown), std::end(io.MouseDown), down) || std::any_of(std::begin(io.KeysDown), std::end(io.KeysDown), down);
}

void Window::State::show(const Draw& draw) {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  ui->begin_frame();
  draw(*ui, {{0, 0}, ImGui::GetIO().DisplaySize});
  ImGui::Render();
  const ImVec4 back = ImGui::ColorConvertU32ToFloat4(ui->theme.background);
  glViewport(0, 0, width, height);
  glClearColor(back.x, back.y, back.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window);
}

Window::Window(std::unique_ptr<State> state) : state_{std::move(state)} {}
Window::~Window() = default;

Result<std::unique_ptr<Window>> Window::create(const std::string& title, std::optional<std::pair<int, int>> size, std::optional<float> scale,
                                               std::string memory) {
  glfwSetErrorCallback([](int, const char* text) { last_glfw_error() = text; });
  if (glfwInit() == GLFW_FALSE) {
    const char* const display = std::getenv("DISPLAY");
    if (display == nullptr || *display == '\0') return fail("no display: set DISPLAY, or use --screenshot");
    return fail("no display: " + last_glfw_error() + "; set DISPLAY, or use --screenshot");
  }
  auto state = std::make_unique<State>();
  const WindowPlace place = size ? WindowPlace{} : read_window_place(memory);
  const bool known = place.width > 0;
  const auto [width, height] = size ? *size : known ? std::pair{place.width, place.height} : usual_window_size();
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);  // from there on ImGui may draw more than 65,535 vertices at once
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);  // until it has its place
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "kafkasim");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "kafkasim");
  state->window = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
  if (state->window == nullptr) return fail("no window with OpenGL 3.2: " + last_glfw_error() + "; --screenshot needs none");
  state->memory = std::move(memory);
  state->fixed_scale = scale;
  if (known && is_on_a_monitor(place)) glfwSetWindowPos(state->window, place.x, place.y);
  if (place.maximised != 0) glfwMaximizeWindow(state->window);
  glfwSetWindowSizeLimits(state->window, 640, 400, GLFW_DONT_CARE, GLFW_DONT_CARE);
  glfwMakeContextCurrent(state->window);
  glfwSwapInterval(1);
  state->watch_inputs();
  if (!state->begin_imgui()) return fail("OpenGL 3.2 cannot be used here; --screenshot does without");
  glfwShowWindow(state->window);
  return std::unique_ptr<Window>{new Window{std::move(state)}};
}

void Window::loop(const Advance& advance, const Draw& draw, const Wish& wish) {
  State& s = *state_;
  ImGui::SetCurrentContext(s.context);
  double last = glfwGetTime();
  double worked = 0;  // seconds that the last frame took
  bool drawn = false;
  std::string titled;
  while (glfwWindowShouldClose(s.window) == GLFW_FALSE) {
    const WindowWish wanted = wish();
    if (!wanted.go_on) break;
    s.wear(wanted);
    if (!wanted.title.empty() && wanted.title != titled) {
      titled = wanted.title;
      glfwSetWindowTitle(s.window, titled.c_str());
    }
    const double now = glfwGetTime();
    const double spare = s.lively > 0 || drawn ? std::clamp(frame_time - worked, 0.002, 0.012) : unseen_work;
    const bool changed = advance(std::min(now - last, longest_step), spare);
    last = now;
    const bool hidden = glfwGetWindowAttrib(s.window, GLFW_ICONIFIED) != 0;
    drawn = !hidden && (changed || s.lively > 0 || ImGui::GetIO().WantTextInput);
    if (drawn) {
      const double begin = glfwGetTime();
      s.lively = std::max(0, s.lively - 1);
      s.show(draw);
      worked = glfwGetTime() - begin;
      if (s.is_held()) s.lively = std::max(s.lively, 1);
    }
    const bool busy = changed || s.lively > 0;
    if (const double left = frame_time - (glfwGetTime() - now); (busy && !hidden && left < 0.002) || (wanted.at_work && !busy)) {
      glfwPollEvents();
    } else {
      glfwWaitEventsTimeout(busy ? std::max(left, 0.001) : idle_wait);  // a display that does not wait for its beam is waited for here
    }
  }
  s.remember();
}

}  // namespace kafkasim::viz
