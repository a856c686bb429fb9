"""The stylesheet of the check pages: what makes Great Expectations' own markup readable offline."""

STYLE = r"""
:root { --ink: #1d2733; --soft: #5b6776; --line: #d8dee6; --paper: #ffffff; --band: #f3f5f8; --good: #1a7f4b;
  --bad: #c0352b; --warn: #a86a00; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink);
  background: var(--paper); }
a { color: #1f5fbf; text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 22px; margin: 0 0 4px; } h4 { font-size: 17px; margin: 0; } h5 { font-size: 15px; margin: 0; }
.top { display: flex; gap: 16px; align-items: baseline; padding: 12px 24px; border-bottom: 1px solid var(--line);
  background: var(--band); }
.top strong { font-size: 16px; } .plain { padding: 20px 24px 60px; max-width: 1300px; }
.container-fluid { padding: 0 24px; } .ge-section { clear: both; margin-bottom: 18px; padding: 0; }
.row { display: flex; flex-wrap: wrap; } .col-12, .col-sm-12 { flex: 0 0 100%; max-width: 100%; }
.col-md-2 { flex: 0 0 18%; max-width: 18%; padding-right: 18px; }
.col-md-8, .col-md-10 { flex: 0 0 82%; max-width: 82%; }
.sticky { position: sticky; top: 12px; } .lead { color: var(--soft); margin: 4px 0 14px; }
.card { border: 1px solid var(--line); border-radius: 6px; overflow: auto; }
.card-header { padding: 6px 10px; background: var(--band); }
.nav { list-style: none; margin: 0; padding: 6px 10px; } .nav-link { font-size: 13px; }
ul { padding-inline-start: 20px; margin: 0; }
.alert { padding: 8px 12px; background: var(--band); border: 1px solid var(--line); border-radius: 6px;
  margin: 10px 0 0; }
table { border-collapse: collapse; width: 100%; margin: 6px 0; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); font-size: 13px; } td:first-child { width: 64px; }
.table-sm td:first-child, .index td:first-child { width: auto; }
.table-sm td, .table-sm th { padding: 2px 10px; border-bottom: 0; } .small { font-size: 13px; color: var(--soft); }
i.fas { font-style: normal; font-weight: 700; } i.fa-check-circle::before { content: "\2713"; }
i.fa-times::before { content: "\2717"; }
i.fa-exclamation-triangle::before { content: "!"; } .text-success, .passed { color: var(--good); }
.text-danger, .failed, .error { color: var(--bad); }
.text-warning, .warned { color: var(--warn); } .skipped { color: var(--soft); }
.badge { border: 1px solid var(--line); border-radius: 4px; padding: 0 6px; font-size: 13px; }
.cooltip .top, .modal, footer { display: none; } .collapse { display: block; }
pre, code { font-size: 13px; white-space: pre-wrap; }
.m-0 { margin: 0; } .float-right { float: right; }
.findings { padding: 10px 24px 0; }
"""
