package io.heliograph.codec.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.bean.BeanDeserializer;

/**
 * Deserializer of records that matches member names in the bytes, as Jackson does for beans. For records Jackson looks up each name as a
 * string and buffers the values in a list, which takes half the time of reading a small record.
 *
 * <p>Records that annotations or modules customize beyond their members are left to Jackson.
 */
final class RecordReader extends BeanDeserializer {

    /** Replaces Jackson's deserializers of records. */
    static final class Modifier extends ValueDeserializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public ValueDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription.Supplier bean, ValueDeserializer<?> original) {
            return bean.getBeanClass().isRecord() && original.getClass() == BeanDeserializer.class
                    ? new RecordReader((BeanDeserializer) original)
                    : original;
        }
    }

    private static final long serialVersionUID = 1L;

    private static final Object MISSING = new Object();

    /**
     * Mapping of members to constructor parameters.
     *
     * @param indexes parameter indexes; the array index is the number that the matcher of names assigns to a name
     * @param components properties by parameter index; empty if Jackson reads the record
     */
    @SuppressWarnings("ArrayRecordComponent") // private and never compared
    private record Plan(int[] indexes, SettableBeanProperty[] components) {
        static final Plan NONE = new Plan(new int[0], new SettableBeanProperty[0]);
    }

    /** Computed at first use, when Jackson has resolved all properties; a race computes it twice. */
    private transient volatile @Nullable Plan plan;

    private RecordReader(BeanDeserializer original) {
        super(original);
    }

    /** Whether this class, not Jackson, reads records of this type. */
    boolean isDirect() {
        return plan().components.length > 0;
    }

    private Plan plan() {
        Plan known = plan;
        if (known == null) {
            known = isPlain() ? newPlan() : Plan.NONE;
            plan = known;
        }
        return known;
    }

    private Plan newPlan() {
        int[] indexes = new int[_propsByIndex.length];
        SettableBeanProperty[] components =
                new SettableBeanProperty[_propertyBasedCreator.properties().size()];
        for (int i = 0; i < indexes.length; i++) {
            SettableBeanProperty component = _propertyBasedCreator.findCreatorProperty(_propsByIndex[i].getName());
            if (component == null
                    || component.isRequired()
                    || component.isInjectionOnly()
                    || component.getInjectionDefinition() != null) {
                return Plan.NONE;
            }
            indexes[i] = component.getCreatorIndex();
            components[indexes[i]] = component;
        }
        return Arrays.asList(components).contains(null) ? Plan.NONE : new Plan(indexes, components);
    }

    private boolean isPlain() {
        return _propertyBasedCreator != null
                && _objectIdReader == null
                && _injectables == null
                && _anySetter == null
                && _unwrappedPropertyHandler == null
                && _externalTypeIdHandler == null
                && _ignorableProps == null
                && _includableProps == null;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // MISSING is compared by identity
    protected Object _deserializeUsingPropertyBased(JsonParser parser, DeserializationContext context) {
        Plan members = plan();
        SettableBeanProperty[] components = members.components;
        if (components.length == 0 || context.getActiveView() != null) {
            return super._deserializeUsingPropertyBased(parser, context);
        }
        Object[] values = new Object[components.length];
        Arrays.fill(values, MISSING);
        int found = parser.currentNameMatch(_propNameMatcher);
        while (true) {
            if (found >= 0) {
                parser.nextToken();
                int index = members.indexes[found];
                values[index] = _deserializeWithErrorWrapping(parser, context, components[index]);
            } else if (found == PropertyNameMatcher.MATCH_UNKNOWN_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                handleUnknownProperty(parser, context, handledType(), name);
            } else if (found == PropertyNameMatcher.MATCH_END_OBJECT) {
                break;
            } else {
                return context.handleUnexpectedToken(getValueType(context), parser);
            }
            found = parser.nextNameMatch(_propNameMatcher);
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] == MISSING) {
                values[i] = absent(components[i], context);
            }
        }
        return _valueInstantiator.createFromObjectWith(context, values);
    }

    /** Returns the value of a missing member, by Jackson's rules. */
    private static Object absent(SettableBeanProperty component, DeserializationContext context) {
        Object value = component.getNullValueProvider().getAbsentValue(context);
        return value != null ? value : component.getValueDeserializer().getAbsentValue(context);
    }
}
