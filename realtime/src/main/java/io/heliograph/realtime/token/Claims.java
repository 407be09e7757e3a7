package io.heliograph.realtime.token;

import io.heliograph.internal.Nullness;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Claims of one token, in the order of the token. Immutable.
 *
 * <p>A server keeps the few claims of every connection, so they are stored in one array with linear search.
 */
final class Claims extends AbstractMap<String, Object> {

    // Alternating names and values.
    private final Object[] fields;

    Claims(Map<?, ?> claims) {
        Object[] copied = new Object[2 * claims.size()];
        int at = 0;
        for (Map.Entry<?, ?> claim : claims.entrySet()) {
            copied[at++] = String.valueOf(claim.getKey());
            copied[at++] = Nullness.unchecked(claim.getValue());
        }
        this.fields = copied;
    }

    private int find(@Nullable Object name) {
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return find(name) >= 0;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        int index = find(name);
        return index < 0 ? null : fields[index + 1];
    }

    @Override
    public int size() {
        return fields.length / 2;
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return Claims.this.size();
            }

            @Override
            public Iterator<Map.Entry<String, Object>> iterator() {
                return new Entries();
            }
        };
    }

    private final class Entries implements Iterator<Map.Entry<String, Object>> {

        private int at;

        @Override
        public boolean hasNext() {
            return at < fields.length;
        }

        @Override
        public Map.Entry<String, Object> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            at += 2;
            return new SimpleImmutableEntry<>((String) fields[at - 2], fields[at - 1]);
        }
    }
}
