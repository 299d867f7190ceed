"""Gets temporary keys with the official Python clients, and uploads with each."""
import json
import os

import oss2
from alibabacloud_credentials.client import Client
from alibabacloud_credentials.models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

env = os.environ


def upload(name, key_id, secret, token):
    auth = oss2.StsAuth(key_id, secret, token)
    bucket = oss2.Bucket(auth, env["OSS_ENDPOINT"], "photos")
    bucket.put_object(name, name)


credential = Client(
    Config(
        type="ram_role_arn",
        access_key_id=env["ACCESS_KEY_ID"],
        access_key_secret=env["ACCESS_KEY_SECRET"],
        role_arn=env["ROLE_ARN"],
        role_session_name="credentials-python",
        role_session_expiration=900,
        sts_endpoint=env["STS_HOST"],
    )
).get_credential()
upload(
    "credentials-python",
    credential.access_key_id,
    credential.access_key_secret,
    credential.security_token,
)

request = AssumeRoleRequest()
request.set_endpoint(env["STS_HOST"])
request.set_protocol_type("https")
request.set_RoleArn(env["ROLE_ARN"])
request.set_RoleSessionName("sdk-sts-python")
request.set_accept_format("json")
client = AcsClient(
    env["ACCESS_KEY_ID"], env["ACCESS_KEY_SECRET"], "cn-hangzhou", verify=env["CA"]
)
keys = json.loads(client.do_action_with_exception(request))["Credentials"]
upload(
    "sdk-sts-python",
    keys["AccessKeyId"],
    keys["AccessKeySecret"],
    keys["SecurityToken"],
)
