/// The page's style sheet; the figures' own stands before it.
enum ReportStyle {
  /// System fonts, a measure of 70 characters, rules as in a journal; light, dark and print.
  static let css = """
    :root {
      color-scheme: light dark;
      --ground: #FFFFFF; --surface: #F5F6F8; --text: #1A1D21; --muted: #5B6470; --rule: #D5DAE0;
      --strong-rule: #1A1D21; --link: #0B5394; --focus: #0B5394; --shade: rgb(26 29 33 / 0.16);
      --serious: #A3161B; --caution: #7A4B00; --note: #3D5166;
      --prose: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Noto Serif", serif;
      --plain: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --ground: #111418; --surface: #1A1F25; --text: #E6E9ED; --muted: #A9B2BD; --rule: #333B44;
        --strong-rule: #A9B2BD; --link: #8CC4FF; --focus: #8CC4FF; --shade: rgb(0 0 0 / 0.7);
        --serious: #FF9C95; --caution: #F0C060; --note: #A9C3DC;
      }
    }
    *, ::before, ::after { box-sizing: border-box; }
    html { background: var(--ground); color: var(--text); -webkit-text-size-adjust: 100%; }
    body {
      margin: 0 auto; padding: 0 1.25rem; max-width: 66rem; font: 1.0625rem/1.6 var(--prose);
      overflow-wrap: break-word;
    }
    h1, h2, h3, h4 { font-family: var(--plain); line-height: 1.25; text-wrap: balance; }
    h1 { font-size: clamp(1.75rem, 1.3rem + 2vw, 2.5rem); letter-spacing: -0.015em; margin: 0 0 0.75rem; }
    h2 { font-size: 1.5rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
    h3 { font-size: 1.125rem; margin: 2.5rem 0 0.75rem; }
    h4 { font-size: 1rem; margin: 0 0 0.4rem; }
    p, li { max-width: 70ch; }
    p { margin: 0 0 0.8rem; text-wrap: pretty; }
    ul, ol { margin: 0 0 0.8rem; padding-left: 1.2rem; }
    a { color: var(--link); text-underline-offset: 0.15em; }
    :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
    .skip {
      position: absolute; left: 0; top: -6rem; padding: 0.75rem 1.25rem; background: var(--ground);
      font-family: var(--plain); z-index: 1;
    }
    .skip:focus { top: 0; }
    header.page { padding: 3rem 0 2rem; }
    .introduction { font-size: 1.125rem; color: var(--muted); margin: 0; }
    .answers { border-top: 3px solid var(--strong-rule); padding-top: 1.25rem; }
    .label {
      font: 600 0.8125rem/1.4 var(--plain); color: var(--muted); margin: 0 0 0.3rem;
    }
    .cohort-answers { border-top: 1px solid var(--rule); padding: 1.5rem 0 0.75rem; }
    .cohort-answers h3 { font-size: 1.25rem; margin: 0 0 0.9rem; }
    .about ul { font: 0.9375rem/1.45 var(--plain); list-style: none; padding: 0; margin: 0 0 1.1rem; }
    .about li { padding: 0.2rem 0 0.2rem 0.75rem; border-left: 3px solid var(--rule); }
    .warnings li { border-left-color: var(--caution); }
    .answer { margin-bottom: 1.75rem; }
    .answer h4 { color: var(--muted); font-weight: 600; }
    .lead {
      font-size: clamp(1.25rem, 1.1rem + 0.75vw, 1.5rem); line-height: 1.35; margin-bottom: 0.6rem;
      max-width: 52ch;
    }
    .caveat { color: var(--muted); border-left: 3px solid var(--rule); padding-left: 0.75rem; }
    @media (min-width: 56rem) {
      .cohort-answers {
        display: grid; grid-template-columns: minmax(0, 1fr) 16rem; column-gap: 3rem;
      }
      .cohort-answers h3 { grid-column: 1 / -1; }
      .about { grid-column: 2; grid-row: 2; }
      .questions { grid-column: 1; grid-row: 2; }
    }
    nav { border-top: 1px solid var(--rule); padding: 1.5rem 0 0.5rem; font-family: var(--plain); }
    nav h2 { font-size: 1.125rem; margin-bottom: 0.5rem; }
    nav li { padding: 0.2rem 0; max-width: none; }
    nav .parts { display: block; font-size: 0.9375rem; }
    nav .parts a { display: inline-block; padding: 0.15rem 0; margin-right: 1rem; }
    .cohort { border-top: 3px solid var(--strong-rule); margin-top: 2.5rem; padding-top: 1.25rem; }
    figure { margin: 0 0 2.25rem; max-width: 54rem; }
    figcaption { font: 0.9375rem/1.5 var(--plain); margin-top: 0.6rem; max-width: 75ch; }
    .tandem-figure { font-family: var(--plain); }
    .data { margin: 0 0 2.25rem; }
    .scroll {
      overflow-x: auto; margin-bottom: 0.6rem; padding-bottom: 2px;
      background:
        linear-gradient(to right, var(--ground) 40%, transparent) 0 0 / 3rem 100% no-repeat local,
        linear-gradient(to left, var(--ground) 40%, transparent) 100% 0 / 3rem 100% no-repeat local,
        linear-gradient(to right, var(--shade), transparent) 0 0 / 0.75rem 100% no-repeat scroll,
        linear-gradient(to left, var(--shade), transparent) 100% 0 / 0.75rem 100% no-repeat scroll;
    }
    table {
      border-collapse: collapse; font: 0.9375rem/1.4 var(--plain); font-variant-numeric: tabular-nums;
      border-bottom: 1px solid var(--strong-rule);
    }
    caption { text-align: left; padding-bottom: 0.5rem; }
    caption span { display: block; width: max-content; max-width: min(70ch, calc(100vw - 2.5rem)); }
    th, td { padding: 0.35rem 0.9rem 0.35rem 0; text-align: left; vertical-align: top; }
    th:last-child, td:last-child { padding-right: 0.25rem; }
    thead th {
      border-top: 1px solid var(--strong-rule); border-bottom: 1px solid var(--strong-rule);
      vertical-align: bottom; font-weight: 600;
    }
    tbody th { font-weight: 400; min-width: 8rem; }
    tbody th.number { min-width: 0; }
    tbody tr + tr > * { border-top: 1px solid var(--rule); }
    td { min-width: 4rem; }
    .number { text-align: right; white-space: nowrap; }
    thead .number { white-space: normal; }
    @media screen and (max-width: 40rem) {
      table { width: max-content; }
      th, td { max-width: 14rem; }
    }
    .total > * { font-weight: 600; }
    .below { font: 0.875rem/1.5 var(--plain); color: var(--muted); margin-bottom: 0.35rem; }
    details { margin-bottom: 0.75rem; }
    summary { cursor: pointer; font: 0.9375rem/1.5 var(--plain); padding: 0.4rem 0; max-width: 80ch; }
    details > :not(summary):last-child { margin-bottom: 1.25rem; }
    .accounting { border-top: 1px solid var(--rule); margin: 0; padding: 0.25rem 0; }
    .accounting:last-of-type { border-bottom: 1px solid var(--rule); }
    .accounting .scroll { margin-top: 1rem; }
    .accounting strong { color: var(--serious); }
    .notes { list-style: none; padding: 0; }
    .note { max-width: none; padding: 0.6rem 0; border-top: 1px solid var(--rule); }
    .note p { margin: 0; }
    .severity { font: 600 0.9375rem/1.6 var(--plain); color: var(--note); white-space: nowrap; }
    .serious .severity { color: var(--serious); }
    .caution .severity { color: var(--caution); }
    .severity svg {
      width: 1.1em; height: 1.1em; vertical-align: -0.18em; fill: none; stroke: currentColor;
      stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round;
    }
    .terms { font: 0.875rem/1.5 var(--plain); color: var(--muted); }
    @media (min-width: 40rem) {
      .note { display: grid; grid-template-columns: 7rem minmax(0, 1fr); }
      .note > :not(.severity) { grid-column: 2; }
    }
    footer.page {
      border-top: 3px solid var(--strong-rule); margin-top: 3rem; padding: 1.25rem 0 3rem;
      font: 0.875rem/1.6 var(--plain); overflow-wrap: anywhere;
    }
    footer h2 { font-size: 1.125rem; }

    """ + printed

  /// On paper every fold is open, links are plain, and figures and tables stay whole.
  private static let printed = """
    @page { margin: 16mm 14mm; }
    @media print {
      :root { color-scheme: light; }
      html { font-size: 9.5pt; }
      body { max-width: none; padding: 0; }
      header.page { padding: 0 0 1.5rem; }
      .skip, nav, .parts { display: none; }
      a { color: inherit; text-decoration: none; }
      h1, h2, h3, h4, caption, summary, .label { break-after: avoid; }
      p, li { orphans: 3; widows: 3; }
      figure, .answer, .note, .about, .accounting, tr { break-inside: avoid; }
      .about { break-after: avoid; }
      .figure-wide { max-width: 145mm; }
      caption span { max-width: 70ch; }
      .scroll { overflow: visible; background: none; break-inside: avoid; }
      .scroll:has(tr:nth-child(41)) { break-inside: auto; }
      thead { display: table-header-group; }
      table { font-size: 0.8125rem; }
      th, td { padding: 0.2rem 0.6rem 0.2rem 0; }
      td, tbody th { min-width: 0; }
      details::details-content { content-visibility: visible; display: block; height: auto; }
      summary { list-style: none; }
      summary::-webkit-details-marker, .data summary { display: none; }
    }

    """
}
