/// The page's Mustache templates.
///
/// `{{name}}` is escaped; `{{{name}}}` stands only for the style sheet and for drawings, which escape
/// their own text.
enum ReportTemplate {
  /// The page.
  static let page = #"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>{{pageTitle}}</title>
    <link rel="icon" href="data:,"/>
    <style>
    {{{style}}}</style>
    </head>
    <body>
    <a class="skip" href="#main">Skip to the answers</a>
    <header class="page">
    <h1>{{pageTitle}}</h1>
    {{#introduction}}
    <p class="introduction">{{.}}</p>
    {{/introduction}}
    </header>
    <main id="main">
    <section aria-labelledby="answers" class="answers">
    <h2 id="answers">The answers</h2>
    {{#hasNoCohorts}}
    <p>This report holds no cohorts.</p>
    {{/hasNoCohorts}}
    {{#cohorts}}
    {{> answers}}
    {{/cohorts}}
    </section>
    {{^hasNoCohorts}}
    <nav aria-labelledby="contents">
    <h2 id="contents">Contents</h2>
    <ol>
    {{#cohorts}}
    {{> contents}}
    {{/cohorts}}
    </ol>
    </nav>
    {{/hasNoCohorts}}
    {{#cohorts}}
    {{> cohort}}
    {{/cohorts}}
    </main>
    <footer class="page">
    <h2 id="provenance">How this report was made</h2>
    {{#provenance}}
    <ul>
    {{#items}}
    <li>{{.}}</li>
    {{/items}}
    </ul>
    {{/provenance}}
    {{^provenance}}
    <p>Nothing is recorded.</p>
    {{/provenance}}
    </footer>
    </body>
    </html>

    """#

  /// The partial templates by name.
  static let parts: [(name: String, template: String)] = [
    ("answers", answers), ("contents", contents), ("cohort", cohort), ("figure", figure),
    ("table", table), ("data", data), ("accounting", accounting), ("note", note), ("icon", icon),
    ("finding", finding),
  ]

  private static let answers = #"""
    <article class="cohort-answers" aria-labelledby="{{id}}--answers">
    <h3 id="{{id}}--answers">{{cohortTitle}}</h3>
    <div class="about">
    {{#assignment}}
    <div class="assignment">
    <p class="label">How treatment was assigned</p>
    <ul>
    {{#items}}
    <li>{{.}}</li>
    {{/items}}
    </ul>
    </div>
    {{/assignment}}
    {{#warnings}}
    <div class="warnings">
    <p class="label">Read before relying on this</p>
    <ul>
    {{#members}}
    <li><a href="#{{id}}--{{part}}">{{warning}}</a></li>
    {{/members}}
    </ul>
    </div>
    {{/warnings}}
    </div>
    <div class="questions">
    {{#withoutAnswers}}
    <p class="lead">{{.}}</p>
    {{/withoutAnswers}}
    {{#answers}}
    <div class="answer">
    <h4>{{question}}</h4>
    {{#lead}}
    <p class="lead">{{.}}</p>
    {{/lead}}
    {{#further}}
    {{#items}}
    <p>{{.}}</p>
    {{/items}}
    {{/further}}
    {{#caveat}}
    <p class="caveat">{{.}}</p>
    {{/caveat}}
    </div>
    {{/answers}}
    </div>
    </article>

    """#

  private static let contents = #"""
    <li><a href="#{{id}}">{{cohortTitle}}</a>
    <span class="parts">
    {{#findings}}<a href="#{{id}}--findings">Findings</a>{{/findings}}
    {{#figures}}<a href="#{{id}}--figures">Figures</a>{{/figures}}
    {{#tables}}<a href="#{{id}}--tables">Tables</a>{{/tables}}
    {{#accounting}}<a href="#{{id}}--rows">Rows</a>{{/accounting}}
    {{#notes}}<a href="#{{id}}--notes">Notes</a>{{/notes}}
    {{#failures}}<a href="#{{id}}--failures">Not done</a>{{/failures}}
    {{#methods}}<a href="#{{id}}--methods">Methods</a>{{/methods}}
    </span></li>

    """#

  private static let cohort = #"""
    <section class="cohort">
    <h2 id="{{id}}">{{cohortTitle}}</h2>
    {{#about}}
    <p>{{.}}</p>
    {{/about}}
    {{#findings}}
    <h3 id="{{id}}--findings">Findings</h3>
    <ul class="notes">
    {{#members}}
    {{> finding}}
    {{/members}}
    </ul>
    {{/findings}}
    {{#figures}}
    <h3 id="{{id}}--figures">Figures</h3>
    {{#members}}
    {{> figure}}
    {{/members}}
    {{/figures}}
    {{#tables}}
    <h3 id="{{id}}--tables">Tables</h3>
    {{#members}}
    {{> data}}
    {{/members}}
    {{/tables}}
    {{#accounting}}
    <h3 id="{{id}}--rows">Rows read, used and left out</h3>
    {{#members}}
    {{> accounting}}
    {{/members}}
    {{/accounting}}
    {{#notes}}
    <h3 id="{{id}}--notes">Notes</h3>
    <ul class="notes">
    {{#members}}
    {{> note}}
    {{/members}}
    </ul>
    {{/notes}}
    {{#failures}}
    <h3 id="{{id}}--failures">What could not be done</h3>
    <ul class="notes">
    {{#items}}
    <li class="note serious"><p class="severity"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg> Not done</p><p>{{.}}</p></li>
    {{/items}}
    </ul>
    {{/failures}}
    {{#methods}}
    <h3 id="{{id}}--methods">Methods</h3>
    <details>
    <summary>How the analyses were done</summary>
    <ul class="methods">
    {{#items}}
    <li>{{.}}</li>
    {{/items}}
    </ul>
    </details>
    {{/methods}}
    </section>

    """#

  private static let figure = #"""
    <figure>
    {{{drawing}}}<figcaption><b>{{figureLabel}}.</b> <b>{{figureTitle}}.</b>{{#caption}} {{.}}{{/caption}}</figcaption>
    </figure>

    """#

  private static let data = #"""
    <div class="data">
    {{#table}}
    {{#fold}}
    <details>
    <summary>{{tableLabel}}. {{tableTitle}}. {{fold}}</summary>
    {{> table}}
    </details>
    {{/fold}}
    {{^fold}}
    {{> table}}
    {{/fold}}
    {{/table}}
    {{#tableNote}}
    <p class="below">{{.}}</p>
    {{/tableNote}}
    {{#file}}
    <p class="below">Full precision: {{#link}}<a href="{{link}}">{{fileName}}</a>{{/link}}{{^link}}{{fileName}}{{/link}}</p>
    {{/file}}
    </div>

    """#

  private static let table = #"""
    <div class="scroll" role="group" aria-labelledby="{{tableID}}" tabindex="0">
    <table>
    <caption id="{{tableID}}"><span>{{#tableLabel}}<b>{{.}}.</b> {{/tableLabel}}<b>{{tableTitle}}</b></span></caption>
    <thead>
    <tr>
    {{#headings}}
    <th scope="col"{{#isNumber}} class="number"{{/isNumber}}>{{text}}</th>
    {{/headings}}
    </tr>
    </thead>
    <tbody>
    {{#rows}}
    <tr{{#isTotal}} class="total"{{/isTotal}}>{{#head}}<th scope="row"{{#isNumber}} class="number"{{/isNumber}}>{{text}}</th>{{/head}}{{#cells}}<td{{#isNumber}} class="number"{{/isNumber}}>{{text}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    {{#hasNoRows}}
    <p class="below">This table has no rows.</p>
    {{/hasNoRows}}

    """#

  private static let accounting = #"""
    <details class="accounting">
    <summary><b>{{analysis}}</b> <span>{{line}}</span>{{#isUnreconciled}} <strong>These counts do not add up.</strong>{{/isUnreconciled}}</summary>
    {{#byReason}}
    {{> table}}
    {{/byReason}}
    <p class="below">{{sum}}</p>
    {{#byArm}}
    {{> table}}
    {{/byArm}}
    </details>

    """#

  private static let note = #"""
    <li class="note {{severityClass}}"><p class="severity">{{> icon}} {{severity}}</p><p>{{message}}</p>{{#terms}}<p class="terms">Concerns {{.}}</p>{{/terms}}</li>

    """#

  private static let finding = #"""
    <li class="note {{severityClass}}"><p class="severity">{{> icon}} {{severity}}</p><p>{{message}}</p><p class="terms"><code>{{kind}}</code> in {{place}}</p>{{#consequences}}<p class="terms"><b>{{analyses}}:</b> {{message}}</p>{{/consequences}}</li>

    """#

  private static let icon = #"""
    <svg viewBox="0 0 16 16" aria-hidden="true">{{#isSerious}}<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5zM8 4v5M8 11.2v.6"/>{{/isSerious}}{{#isCaution}}<path d="M8 1.5l7 13H1zM8 6v4M8 12v.6"/>{{/isCaution}}{{#isNote}}<path d="M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1zM8 7.2v4.6M8 4.4V5"/>{{/isNote}}</svg>
    """#
}
