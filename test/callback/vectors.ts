/**
 * Callbacks that OSS sent: the signed text, its signature, and the public key.
 *
 * Source: docs «Callback» (1), «Set up upload callbacks» (2); application servers' logs and tests published by their
 * authors (3 … 7).
 */

export const OSS_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGs
C0fTXv+nvlmklvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==
-----END PUBLIC KEY-----
`;

export type Signed = {
	readonly path: string;
	readonly query: string;
	readonly body: string;
	readonly authorization: string;
};

export const SIGNED: readonly Signed[] = [
	{
		path: "/index.php",
		query: "id=1&index=2",
		body: "bucket=yonghu-test",
		authorization:
			"kKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA==",
	},
	{
		path: "/",
		query: "",
		body: "filename=.snappython.png&size=6014&mimeType=image%2Fpng&height=221&width=396",
		authorization:
			"fsNxFF0wNOpC0YMNAoFb//a8x6v2lI1ih7kXIh3nFUDALgku9bhC+cWQsnxuCo88vahKtBUmnDI6k1PofggA4g==",
	},
	{
		path: "/api/AliYunOssCallback",
		query: "",
		body: "filename=headSculpture%2Fjikang2.jpg&size=108904&mimeType=image%2Fjpeg&height=278&width=200",
		authorization:
			"HHtQ8zgAo4WUCg7Iy/njrsluS+ZDmgMwIHag+vmRvIC4Ph5rxNQ3+WOfJZvzwIKQsNftEDC0PCU03hpjId3vIQ==",
	},
	{
		path: "/api/v3/callback/oss/TnXx5E5VyfJUyM1UdkdDu1rtnJ34EbmH",
		query: "",
		body: '{"name":"2f7b2ccf30e9270ea920f1ab8a4037a546a2f0d5.jpg","source_name":"1/1_hFRtDLgM_2f7b2ccf30e9270ea920f1ab8a4037a546a2f0d5.jpg","size":114020,"pic_info":"810,539"}',
		authorization:
			"e5LwzwTkP9AFAItT4YzvdJOHd0Y0wqTMWhsV/h5SG90JYGAmMd+8LQyj96R+9qUfJWjMt6suuUh7LaOryR87Dw==",
	},
	{
		path: "/api/any",
		query: "",
		body: 'filename="local/var/www/zhuye.png"&size=5385&mimeType="application/octet-stream"&height=256&width=256',
		authorization:
			"E6i//T0rnM/xu4wQjnKODWSYsyQdR2e8KIreuRihpBQzoy70q7KmdvrIR3vxNGi8OdCswE+QOfPt+O3PvA5NMA==",
	},
	{
		path: "/api/osscallguanfanback",
		query: "authid=4af091d4-c5c9-4e18-bbdc-2fe489f4887f",
		body: "filename=test%2Fcaipu%2F5%2Fa%2F2%2F5aa308723660421a560fcc062d745502.jpg&size=10606&mimeType=image%2Fjpeg&height=400&width=650",
		authorization:
			"WxTga53k31TD59o6JF1jh9zcrInTDlfodb0OgQuzlO5Qaf18NxcqxlcpU4gMuhUrQ0lTmWrXji8gFVTKIc9JJQ==",
	},
	{
		path: "/temp/oss/index.php",
		query: "",
		body: '{"mimeType":"image/png", "size":1081151, "filename","ipa/demo/4c7ccb26-8495-4f46-be10-df2b3296b7f6.png", "bucket":"oss-mixmedia-com"}',
		authorization:
			"MEV0a4eDF4hqB2W1b7Xm9fj8N9NmGHmgKThpMJqFOf+qFoLJsy5AolGPYL/nQqvNhDQQ3MV74/VJT9p0iOg6ng==",
	},
];
