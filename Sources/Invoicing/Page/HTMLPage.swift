import Contracts

extension HTML {
    /// A page that loads nothing from anywhere.
    static func page(title: String, language: Contract.Language, body: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>
        \(PageStyle.css)</style>
        </head>
        <body>
        \(body)</body>
        </html>

        """
    }
}
