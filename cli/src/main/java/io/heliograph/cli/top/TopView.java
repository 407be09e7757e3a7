package io.heliograph.cli.top;

/** List that {@code helio top} shows below the figures. */
enum TopView {
    CONNECTIONS("connections", "queued"),
    CHANNELS("channels", "publications"),
    PROCEDURES("procedures", ""),
    CLOSED("closed", ""),
    DROPS("drops", "");

    final String path;

    /** Order of the list, unless an option selects another; empty if the list has no order. */
    final String order;

    TopView(String path, String order) {
        this.path = path;
        this.order = order;
    }

    /** Returns the path of the document of this list. */
    String document(String sort, int rows) {
        return path + "?limit=" + rows + (sort.isEmpty() ? "" : "&sort=" + sort);
    }

    @Override
    public String toString() {
        return path;
    }
}
