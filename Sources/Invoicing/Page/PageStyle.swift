/// How pages look, on a screen and on paper (A4).
enum PageStyle {
    static let css: HTML = """
        :root { --ink: #1b2530; --soft: #5b6773; --line: #d5dbe1; --accent: #0b5c7a; --tint: #f2f6f8; }
        * { box-sizing: border-box; }
        html { font: 10pt/1.45 "Inter", "Source Sans 3", "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
        body { margin: 0; color: var(--ink); background: #e9edf0; font-variant-numeric: tabular-nums lining-nums; }
        p, h1, h2, dl, dd, figure { margin: 0; }
        .sheet { position: relative; width: 210mm; max-width: 100%; min-height: 297mm; margin: 8mm auto;
          padding: 18mm 17mm 14mm 20mm; background: #fff; box-shadow: 0 1px 6px rgb(0 0 0 / .14);
          display: flex; flex-direction: column; overflow-wrap: anywhere; }
        .firm { font-size: 15pt; font-weight: 650; letter-spacing: -.01em; color: var(--accent);
          border-bottom: .6mm solid var(--accent); padding-bottom: 2.5mm; margin-bottom: 12mm; }
        .top { display: flex; justify-content: space-between; gap: 10mm; min-height: 42mm; }
        address { font-style: normal; flex: 1 1 85mm; max-width: 90mm; }
        address span, footer span { display: block; }
        address .return { font-size: 7pt; color: var(--soft); margin-bottom: 2.5mm; }
        dl { display: grid; grid-template-columns: auto auto; gap: .5mm 5mm; align-content: start; }
        dt { color: var(--soft); }
        .facts { font-size: 9pt; flex: none; max-width: 84mm; }
        .facts dd { text-align: right; }
        .facts dt { white-space: nowrap; }
        h1 { font-size: 18pt; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; margin-top: 9mm; }
        h2 { font-size: 15pt; line-height: 1.2; font-weight: 650; letter-spacing: -.01em; }
        .subject { color: var(--soft); margin: 1mm 0 6mm; }
        .notice, .banner { background: #fdf1e3; border-left: 1mm solid #c46a00; padding: 2.5mm 4mm; margin: 0 0 6mm; }
        .banner { font-weight: 650; text-transform: uppercase; letter-spacing: .06em; }
        .watermark { position: absolute; inset: 0; display: grid; place-items: center; font-size: 92pt; white-space: nowrap;
          font-weight: 800; letter-spacing: .05em; color: #c46a00; opacity: .1; transform: rotate(-35deg);
          pointer-events: none; }
        table { border-collapse: collapse; width: 100%; }
        th { font-weight: 600; text-align: left; vertical-align: bottom; }
        td { vertical-align: top; }
        th, td { padding: 1.5mm 2mm; }
        th:first-child, td:first-child { padding-left: 0; }
        th:last-child, td:last-child { padding-right: 0; }
        thead th { overflow-wrap: normal; font-size: 8pt; color: var(--soft); border-bottom: .3mm solid var(--ink); }
        tbody td { border-bottom: .2mm solid var(--line); }
        .n { text-align: right; white-space: nowrap; }
        thead .n { white-space: normal; }
        .i { width: 7mm; color: var(--soft); }
        .w { min-width: 40mm; }
        small { display: block; font-size: 8pt; line-height: 1.35; color: var(--soft); }
        .totals { width: auto; min-width: 86mm; margin: 4mm 0 0 auto; }
        .totals th, .totals td { padding: 1mm 0 1mm 6mm; font-weight: 400; border: 0; }
        .totals .sum th, .totals .sum td { font-size: 12.5pt; font-weight: 650; border-top: .4mm solid var(--ink);
          border-bottom: .4mm solid var(--ink); padding-top: 2mm; padding-bottom: 2mm; }
        .exempt { margin-top: 4mm; text-align: right; }
        .pay { display: flex; justify-content: space-between; align-items: center; gap: 8mm; margin: 7mm 0 6mm;
          padding: 4mm 5mm; background: var(--tint); border-radius: 1.5mm; }
        .pay dl { margin-top: 2mm; justify-content: start; }
        .pay .iban { white-space: nowrap; }
        .pay figure { flex: none; font-size: 7.5pt; line-height: 1.35; text-align: center; color: var(--soft); }
        .pay figcaption { margin-top: 1mm; }
        .qr { width: 32mm; height: 32mm; display: block; margin: 0 auto; border-radius: 1mm; }
        footer { margin-top: auto; padding-top: 3mm; border-top: .2mm solid var(--line); display: grid;
          grid-template-columns: 1.25fr 1.1fr 1.15fr 1.3fr; gap: 4mm; font-size: 7.5pt; line-height: 1.5;
          color: var(--soft); }
        .sessions { font-size: 8pt; }
        .sessions th, .sessions td { padding-left: 1mm; padding-right: 1mm; }
        .sessions th:first-child, .sessions td:first-child { padding-left: 0; }
        .sessions th:last-child, .sessions td:last-child { padding-right: 0; }
        .sessions small { font-size: 7pt; }
        .sessions thead th { font-size: 7.5pt; }
        .sessions .t, .sessions td:last-child { white-space: nowrap; }
        tfoot th, tfoot td { font-weight: 650; border-bottom: .4mm solid var(--ink); }
        tfoot { display: table-row-group; }
        .note { color: var(--soft); font-size: 8pt; margin-top: 4mm; }
        .figures { display: flex; gap: 5mm; margin-bottom: 7mm; }
        .figures p { flex: 1; background: var(--tint); border-radius: 1.5mm; padding: 4mm 5mm; }
        .figures span { display: block; color: var(--soft); font-size: 9pt; }
        .figures strong { font-size: 17pt; font-weight: 650; letter-spacing: -.01em; white-space: nowrap; }
        .figures .good { background: #e5f3ec; } .figures .good strong { color: #14653c; }
        .figures .bad { background: #fdf1e3; } .figures .bad strong { color: #9a4f00; }
        .legend { font-size: 8pt; color: var(--soft); margin-bottom: 2mm; }
        .legend i { display: inline-block; width: 3mm; height: 3mm; border-radius: .5mm; margin: 0 1mm 0 3mm; }
        .legend i:first-child { margin-left: 0; }
        i.out { background: #b9c3cc; } i.in { background: var(--accent); }
        .bars { grid-template-columns: 32mm 1fr; gap: 2.5mm 4mm; margin-bottom: 7mm; }
        .bars span { display: flex; align-items: center; gap: 2mm; padding-right: 26mm; }
        .bars span i { height: 3.2mm; border-radius: .5mm; min-width: .5mm; }
        .bars span b { font-size: 8pt; font-weight: 400; white-space: nowrap; margin-right: -26mm; }
        .sessions .month th { padding-top: 4mm; font-size: 9pt; border-bottom: .2mm solid var(--line); }
        .sessions .sum th, .sessions .sum td { font-weight: 650; border-bottom: .3mm solid var(--ink); }
        tr, .closing, .totals, .figures, .bars dd { break-inside: avoid; }
        .closing { display: flex; flex-direction: column; flex: 1; }
        @page { size: A4; margin: 14mm 17mm 15mm 20mm;
          @bottom-right { content: counter(page) " / " counter(pages); font: 7.5pt Arial, sans-serif; color: #5b6773; } }
        @media print {
          html { font-size: 9.5pt; }
          th, td { padding-top: 1.15mm; padding-bottom: 1.15mm; }
          .pay { margin: 6mm 0 5mm; padding: 3mm 5mm; }
          body { background: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .sheet { width: auto; min-height: 0; margin: 0; padding: 0; box-shadow: none; display: block; }
          .firm { margin-bottom: 7mm; }
          .top { min-height: 32mm; }
          h1 { margin-top: 5mm; }
          .subject { margin-bottom: 4mm; }
          .proof { break-before: page; }
          .watermark { position: fixed; }
        }
        @media screen and (max-width: 760px) {
          .sheet { margin: 0; padding: 5vw; min-height: 0; box-shadow: none; }
          .top { flex-direction: column; min-height: 0; }
          address { flex: none; }
          .facts dd { text-align: left; }
          .pay { flex-direction: column; align-items: flex-start; }
          footer { grid-template-columns: 1fr 1fr; margin-top: 6mm; }
          .scroll { overflow-x: auto; }
          .lines .i { display: none; }
          .w { min-width: 0; }
        }

        """
}
