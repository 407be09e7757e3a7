package io.heliograph.bench;

/** Whose two ends are measured. */
enum Contestant {
    DIRECT("direct", "Heliograph, Dispatch.direct()"),
    VIRTUAL("virtual", "Heliograph, Dispatch.virtual()"),
    NPM("npm", "@crussell52/socket-ipc 0.4.0 on Node"),
    RAW("raw", "blocking Java socket, no JSON");

    final String label;
    final String title;

    Contestant(String label, String title) {
        this.label = label;
        this.title = title;
    }
}
