#include "viz/draw/fonts.hpp"

#include <cmath>

// The assembler copies the files: no generated sources, nothing to find at run time. The section asks for no executable stack.
#define KAFKASIM_FONT(symbol, file)                                                            \
  asm(".pushsection .rodata.kafkasim_fonts,\"a\",%progbits\n.balign 16\n"                      \
      ".hidden " #symbol "\n.hidden " #symbol "_end\n.globl " #symbol "\n.globl " #symbol "_end\n" \
      #symbol ":\n.incbin \"" KAFKASIM_FONTS "/" file "\"\n" #symbol "_end:\n.byte 0\n.popsection\n"); \
  extern "C" __attribute__((visibility("hidden"))) const char symbol[];                       \
  extern "C" __attribute__((visibility("hidden"))) const char symbol##_end[]

KAFKASIM_FONT(kafkasim_font_text, "inter.otf");
KAFKASIM_FONT(kafkasim_font_semibold, "inter-semibold.otf");
KAFKASIM_FONT(kafkasim_font_mono, "jetbrains-mono.ttf");

namespace kafkasim::viz {

namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

constexpr ImWchar glyph_ranges[] = {0x20,   0x7e,   0xa0,   0xff,   0x2010, 0x2026, 0x2190, 0x2193, 0x2212, 0x2212, 0x2260, 0x2260, 0x2264,
                                    0x2265, 0x25b6, 0x25b6, 0x25c0, 0x25c0, 0x25cb, 0x25cb, 0x25cf, 0x25cf, 0x2713, 0x2713, 0};

ImFont* add_font(ImFontAtlas& atlas, Face face, float height) {
  const std::string_view file = font_file(face);
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.GlyphRanges = glyph_ranges;
  // ImGui reads what it does not own, and only declares it otherwise.
  return atlas.AddFontFromMemoryTTF(const_cast<char*>(file.data()), static_cast<int>(file.size()), height, &config);  // NOLINT
}

ImVec4 floats(Colour c) { return ImGui::ColorConvertU32ToFloat4(c); }

}  // namespace

std::string_view font_file(Face face) {
  switch (face) {
    case Face::text: return between(kafkasim_font_text, kafkasim_font_text_end);
    case Face::semibold: return between(kafkasim_font_semibold, kafkasim_font_semibold_end);
    case Face::mono: break;
  }
  return between(kafkasim_font_mono, kafkasim_font_mono_end);
}

Fonts build_fonts(ImFontAtlas& atlas, float scale, const FontSizes& sizes) {
  atlas.Clear();
  const auto pixels = [&](float points) { return std::max(1.0F, std::round(points * scale)); };
  Fonts fonts;
  fonts.text = add_font(atlas, Face::text, pixels(sizes.text));
  fonts.small = add_font(atlas, Face::text, pixels(sizes.small));
  fonts.bold = add_font(atlas, Face::semibold, pixels(sizes.bold));
  fonts.large = add_font(atlas, Face::semibold, pixels(sizes.large));
  fonts.mono = add_font(atlas, Face::mono, pixels(sizes.mono));
  atlas.Build();
  return fonts;
}

void style_imgui(ImGuiStyle& style, const Theme& theme, float scale) {
  style = ImGuiStyle{};
  theme.kind == ThemeKind::dark ? ImGui::StyleColorsDark(&style) : ImGui::StyleColorsLight(&style);
  style.WindowPadding = {10, 8};
  style.FramePadding = {8, 4};
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 4};
  style.CellPadding = {6, 3};
  style.ScrollbarSize = 10;
  style.GrabMinSize = 12;
  style.WindowRounding = style.PopupRounding = 6;
  style.ChildRounding = style.FrameRounding = style.GrabRounding = style.TabRounding = 4;
  style.ScrollbarRounding = 5;
  style.WindowBorderSize = style.PopupBorderSize = 1;
  style.ScaleAllSizes(scale);
  const auto set = [&](ImGuiCol which, Colour c) { style.Colors[which] = floats(c); };
  set(ImGuiCol_Text, theme.text);
  set(ImGuiCol_TextDisabled, theme.dim);
  set(ImGuiCol_WindowBg, theme.panel);
  set(ImGuiCol_ChildBg, 0);
  set(ImGuiCol_PopupBg, mixed(theme.panel, theme.raised, 0.5F));
  set(ImGuiCol_Border, theme.panel_edge);
  set(ImGuiCol_BorderShadow, 0);
  for (const ImGuiCol which : {ImGuiCol_FrameBg, ImGuiCol_Button, ImGuiCol_Tab, ImGuiCol_TableHeaderBg}) set(which, theme.raised);
  for (const ImGuiCol which : {ImGuiCol_FrameBgHovered, ImGuiCol_ButtonHovered, ImGuiCol_TabHovered, ImGuiCol_HeaderHovered}) set(which, theme.hover);
  for (const ImGuiCol which : {ImGuiCol_FrameBgActive, ImGuiCol_ButtonActive, ImGuiCol_HeaderActive}) set(which, mixed(theme.hover, theme.accent, 0.35F));
  set(ImGuiCol_Header, mixed(theme.raised, theme.accent, 0.2F));
  set(ImGuiCol_TabActive, mixed(theme.raised, theme.accent, 0.3F));
  set(ImGuiCol_TitleBg, theme.raised);
  set(ImGuiCol_TitleBgActive, theme.raised);
  set(ImGuiCol_ScrollbarBg, 0);
  set(ImGuiCol_ScrollbarGrab, theme.faint);
  set(ImGuiCol_ScrollbarGrabHovered, theme.dim);
  set(ImGuiCol_ScrollbarGrabActive, theme.accent);
  for (const ImGuiCol which : {ImGuiCol_CheckMark, ImGuiCol_SliderGrab, ImGuiCol_SliderGrabActive, ImGuiCol_NavHighlight, ImGuiCol_SeparatorActive}) {
    set(which, theme.accent);
  }
  set(ImGuiCol_Separator, theme.panel_edge);
  set(ImGuiCol_SeparatorHovered, theme.dim);
  set(ImGuiCol_TableBorderStrong, theme.panel_edge);
  set(ImGuiCol_TableBorderLight, theme.panel_edge);
  set(ImGuiCol_TableRowBg, 0);
  set(ImGuiCol_TableRowBgAlt, faded(theme.raised, 0.4F));
  set(ImGuiCol_TextSelectedBg, faded(theme.accent, 0.35F));
  set(ImGuiCol_ModalWindowDimBg, faded(rgb(0x000000), 0.45F));
}

}  // namespace kafkasim::viz
