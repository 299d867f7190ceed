/**
 * The origin of missing objects in a routing rule. It is stored; no object is fetched.
 *
 * Pure. Source: docs «PutBucketWebsite»; go2's RoutingRuleRedirect for the elements no page describes.
 */
import {
	element,
	flag,
	integer,
	many,
	maybe,
	text,
	word,
} from "../configurations/shape.ts";

const PAIR = element({ Key: maybe(text), Value: maybe(text) });

/** Maximum number of names; a rule has about ten. */
const NAMES_MAX = 10;

export const MIRROR = {
	MirrorURL: maybe(word),
	MirrorURLSlave: maybe(word),
	MirrorURLProbe: maybe(word),
	MirrorPassQueryString: maybe(flag),
	MirrorPassOriginalSlashes: maybe(flag),
	MirrorFollowRedirect: maybe(flag),
	MirrorCheckMd5: maybe(flag),
	MirrorSNI: maybe(flag),
	MirrorHeaders: maybe(
		element({
			PassAll: maybe(flag),
			Pass: many(text, 0, NAMES_MAX),
			Remove: many(text, 0, NAMES_MAX),
			Set: many(PAIR, 0, NAMES_MAX),
		}),
	),
	MirrorSaveOssMeta: maybe(flag),
	MirrorProxyPass: maybe(flag),
	MirrorAllowGetImageInfo: maybe(flag),
	MirrorAllowVideoSnapshot: maybe(flag),
	MirrorAllowHeadObject: maybe(flag),
	MirrorIsExpressTunnel: maybe(flag),
	MirrorDstRegion: maybe(word),
	MirrorDstVpcId: maybe(word),
	MirrorDstSlaveVpcId: maybe(word),
	MirrorTunnelId: maybe(word),
	MirrorUserLastModified: maybe(flag),
	MirrorUsingRole: maybe(flag),
	MirrorRole: maybe(word),
	MirrorSwitchAllErrors: maybe(flag),
	MirrorAsyncStatus: maybe(integer(0)),
	TransparentMirrorResponseCodes: maybe(word),
	MirrorTaggings: maybe(element({ Taggings: many(PAIR) })),
	MirrorReturnHeaders: maybe(element({ ReturnHeader: many(PAIR) })),
	MirrorAuth: maybe(
		element({
			AuthType: maybe(word),
			Region: maybe(word),
			AccessKeyId: maybe(word),
			AccessKeySecret: maybe(word),
		}),
	),
	MirrorMultiAlternates: maybe(
		element({
			MirrorMultiAlternate: many(
				element({
					MirrorMultiAlternateNumber: maybe(integer(0)),
					MirrorMultiAlternateURL: maybe(word),
					MirrorMultiAlternateVpcId: maybe(word),
					MirrorMultiAlternateDstRegion: maybe(word),
				}),
			),
		}),
	),
};
