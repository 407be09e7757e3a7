package io.heliograph.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The nearest known name of a misspelled one. */
final class Suggestion {

    private static final int MAX_DISTANCE = 3;

    private Suggestion() {}

    /** Returns the nearest name, by insertions, deletions, replacements and swaps of neighbors; none beyond a third of the length. */
    static Optional<String> nearest(String name, Collection<String> known) {
        int limit = Math.min(MAX_DISTANCE, Math.max(1, name.length() / 3));
        return known.stream()
                .filter(each -> distance(name, each) <= limit)
                .min(Comparator.comparingInt((String each) -> distance(name, each))
                        .thenComparing(each -> each));
    }

    private static int distance(String a, String b) {
        int[][] costs = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    costs[i][j] = i + j;
                    continue;
                }
                int replaced = costs[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                costs[i][j] = Math.min(replaced, 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    costs[i][j] = Math.min(costs[i][j], costs[i - 2][j - 2] + 1);
                }
            }
        }
        return costs[a.length()][b.length()];
    }
}
