package io.heliograph.server.management;

/** The dashboard: static files below {@code /_helio/}, which read the documents of the listener. */
final class Dashboard {

    /** Only files of this server; no inline script or style, no frame. */
    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
                    + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private Dashboard() {}
}
